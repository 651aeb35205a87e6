/** A choice that this browser remembers: one of several names. */
import { signal } from "@preact/signals-core";
import { QuietStorage, type TextStorage } from "../quiet_storage.ts";

export class StoredChoice<Name extends string> {
  readonly names: readonly Name[];
  /** The name that was chosen last; the first one where none was. */
  readonly value;
  readonly #storage: QuietStorage;
  readonly #key: string;

  constructor(key: string, names: readonly [Name, ...Name[]], storage: () => TextStorage) {
    this.#key = `hero_assistance.${key}`;
    this.names = names;
    this.#storage = new QuietStorage(storage);
    this.value = signal<Name>(this.#known(this.#storage.read(this.#key)) ?? names[0]);
  }

  /** Choose one of the names; another text changes nothing. */
  choose(name: string): void {
    const known = this.#known(name);
    if (known === undefined) return;
    this.value.value = known;
    this.#storage.write(this.#key, known);
  }

  #known(name: string): Name | undefined {
    return this.names.find((one) => one === name);
  }
}
