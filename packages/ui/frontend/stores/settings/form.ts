/**
 * A form of settings: what the server has, what was typed over it, and what became of the last save.
 *
 * What was typed outlives a refused save, another view and a reload; where somebody else changes a setting meanwhile,
 * the fields that were not touched follow.
 */
import { batch, computed, type Signal, signal } from "@preact/signals-core";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { type FieldFault, readFieldFaults } from "../../api/field_faults.ts";
import { keptName, parseFields, type QuietStorage } from "../quiet_storage.ts";
import { faultWords } from "./fault_words.ts";

/** Where what was typed is kept. */
export type Keeper = { read: () => string; write: (text: string) => void };

const PREFIX = "hero_assistance.form";

/** Return the name under which a form is kept; `place` is that of no other form. */
export function formName(project: string, user: string, place: string): string {
  return keptName(PREFIX, project, user, place);
}

/** Return the keeper of a form. */
export function keeperOf(storage: QuietStorage, name: string): Keeper {
  return { read: () => storage.read(name), write: (text) => storage.write(name, text) };
}

export class Form<Values extends object> {
  readonly #saved: Signal<Values>;
  readonly #changes: Signal<Partial<Values>>;
  readonly #keeper: Keeper | null;
  readonly values = computed<Values>(() => ({ ...this.#saved.value, ...this.#changes.value }));
  readonly isDirty = computed(() => Object.keys(this.#changes.value).length > 0);
  readonly isBusy = signal(false);
  readonly problem = signal<ApiError | null>(null);
  /** Whether what is shown was saved a moment ago: until something is typed. */
  readonly isSaved = signal(false);

  constructor(saved: Values, keeper: Keeper | null = null) {
    this.#saved = signal(saved);
    this.#keeper = keeper;
    this.#changes = signal(differences(saved, parseFields(keeper?.read() ?? "") as Partial<Values>));
  }

  set<Name extends keyof Values>(name: Name, value: Values[Name]): void {
    const { [name]: _, ...rest } = this.#changes.peek();
    const isAsSaved = isSame(value, this.#saved.peek()[name]);
    this.isSaved.value = false;
    this.#keep((isAsSaved ? rest : { ...rest, [name]: value }) as Partial<Values>);
  }

  /** Take what the server has now; what was typed over it stays. */
  take(saved: Values): void {
    batch(() => {
      this.#saved.value = saved;
      this.#keep(differences(saved, this.#changes.peek()));
    });
  }

  /** Forget what was typed. */
  undo(): void {
    batch(() => {
      this.problem.value = null;
      this.isSaved.value = false;
      this.#keep({});
    });
  }

  /**
   * Save what was typed; returns whether it is saved. `send` is given the fields that differ and all of them, and may
   * return what the server has made of them. What is typed meanwhile stays.
   */
  async submit(send: (changes: Partial<Values>, values: Values) => Promise<Partial<Values> | undefined>) {
    if (this.isBusy.peek()) return false;
    const sent = this.#changes.peek();
    this.isBusy.value = true;
    try {
      const answer = await send(sent, this.values.peek());
      batch(() => {
        this.problem.value = null;
        this.isSaved.value = true;
        const typed = differences({ ...this.#saved.peek(), ...sent }, this.#changes.peek());
        this.#saved.value = { ...this.#saved.peek(), ...sent, ...answer };
        this.#keep(typed);
      });
      return true;
    } catch (error) {
      this.problem.value = toApiError(error);
      return false;
    } finally {
      this.isBusy.value = false;
    }
  }

  #keep(changes: Partial<Values>): void {
    this.#changes.value = changes;
    this.#keeper?.write(Object.keys(changes).length === 0 ? "" : JSON.stringify(changes));
  }
}

/**
 * Return what a refused save says of one field, or of a part of it; null for nothing. The unit of the field is `factor`
 * of the server's.
 */
export function faultOf(problem: ApiError | null, field: string, factor = 1): string | null {
  const found = readFieldFaults(problem?.data ?? {}).filter((fault) => isOf(fault, field));
  const words = found.map((fault) => faultWords(fault, factor));
  return words.length === 0 ? null : words.join(" ");
}

/** Return the problem without what `fields` say of themselves; null where nothing is left to say. */
export function problemBesides(problem: ApiError | null, fields: readonly string[]): ApiError | null {
  const faults = readFieldFaults(problem?.data ?? {});
  if (faults.length === 0) return problem;
  const isSaid = faults.every((fault) => fields.some((field) => isOf(fault, field)));
  return isSaid ? null : problem;
}

function isOf({ param }: FieldFault, field: string): boolean {
  return param === field || param.startsWith(`${field}.`);
}

function differences<Values extends object>(saved: Values, typed: Partial<Values>): Partial<Values> {
  const known = Object.entries(typed).filter(
    ([name, value]) => Object.hasOwn(saved, name) && !isSame(value, saved[name as keyof Values]),
  );
  return Object.fromEntries(known) as Partial<Values>;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
