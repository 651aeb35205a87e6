/** Which key does what: what the page begins with, and what its user has changed in this browser. */
import { computed, signal } from "@preact/signals-core";
import { parseFields, QuietStorage, type TextStorage } from "../quiet_storage.ts";

const NAME = "hero_assistance.key_map";

/** Bindings by the id of their action; an empty list is an action without a key. */
export type Bindings = Readonly<Record<string, readonly string[]>>;
/** Whether two bindings cannot both be. */
export type Collide = (one: string, other: string) => boolean;

export class KeyMap {
  readonly #storage: QuietStorage;
  readonly #defaults: Bindings;
  readonly #collide: Collide;
  readonly #changes = signal<Bindings>({});
  /** The bindings of every action, as they are now: a key that its user has chosen is not that of a newer action too. */
  readonly bindings = computed<Bindings>(() => {
    const chosen = Object.values(this.#changes.value).flat();
    const isFree = (binding: string) => !chosen.some((one) => this.#collide(one, binding));
    const free = Object.entries(this.#defaults).map(([action, bindings]) => [action, bindings.filter(isFree)]);
    return { ...Object.fromEntries(free), ...this.#changes.value };
  });

  constructor(storage: () => TextStorage, defaults: Bindings, collide: Collide) {
    this.#storage = new QuietStorage(storage);
    this.#defaults = defaults;
    this.#collide = collide;
    this.#changes.value = this.#known(parseBindings(this.#storage.read(NAME)));
  }

  of(action: string): readonly string[] {
    return this.bindings.value[action] ?? [];
  }

  isChanged(action: string): boolean {
    return Object.hasOwn(this.#changes.value, action);
  }

  get hasChanges(): boolean {
    return Object.keys(this.#changes.value).length > 0;
  }

  /** Give an action its one key, or none; what collides with it loses its own. */
  set(action: string, binding: string | null): void {
    const changes: Record<string, readonly string[]> = { ...this.#changes.value };
    if (binding !== null) {
      for (const [other, bindings] of Object.entries(this.bindings.peek())) {
        const kept = bindings.filter((one) => !this.#collide(one, binding));
        if (other !== action && kept.length < bindings.length) changes[other] = kept;
      }
    }
    changes[action] = binding === null ? [] : [binding];
    this.#take(changes);
  }

  /** Begin again with the key that an action had, unless that is another one's by now; returns whether it did. */
  reset(action: string): boolean {
    const first = this.#defaults[action] ?? [];
    const isTaken = first.some((binding) => this.takenBy(binding, action) !== null);
    if (isTaken) return false;
    const { [action]: _, ...rest } = this.#changes.value;
    this.#take(rest);
    return true;
  }

  resetAll(): void {
    this.#take({});
  }

  /** Return the action that a binding collides with; null for none. */
  takenBy(binding: string, except: string): string | null {
    const taken = Object.entries(this.bindings.peek()).find(
      ([action, bindings]) => action !== except && bindings.some((one) => this.#collide(one, binding)),
    );
    return taken?.[0] ?? null;
  }

  #take(changes: Bindings): void {
    // What is as it was at the beginning is no change.
    const kept = Object.entries(changes).filter(
      ([action, bindings]) => !isSame(bindings, this.#defaults[action] ?? []),
    );
    this.#changes.value = Object.fromEntries(kept);
    this.#storage.write(NAME, kept.length === 0 ? "" : JSON.stringify(Object.fromEntries(kept)));
  }

  /** An action that a later release does without keeps no key from another. */
  #known(changes: Bindings): Bindings {
    return Object.fromEntries(Object.entries(changes).filter(([action]) => Object.hasOwn(this.#defaults, action)));
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((binding, place) => binding === other[place]);
}

function parseBindings(text: string): Bindings {
  const isList = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string");
  return Object.fromEntries(Object.entries(parseFields(text)).filter(([, value]) => isList(value))) as Bindings;
}
