/**
 * The names that a page has in a browser's storage.
 *
 * Several desks may be at one address, each below a path of its own, and have users and projects of the same names: what
 * was written at one of them is of no use at the other, and must not be sent there.
 */
export type NamedStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** Return the names that a storage has. */
export function namesIn(storage: NamedStorage): string[] {
  return Array.from({ length: storage.length }, (_, number) => storage.key(number) ?? "");
}

export class PlacedStorage implements NamedStorage {
  readonly #storage: () => NamedStorage;
  readonly #prefix: string;

  /** `storage` may throw, and so does then what is asked of this one; `place` is the path of the page's root. */
  constructor(storage: () => NamedStorage, place: string) {
    this.#storage = storage;
    this.#prefix = place === "/" ? "" : `${place} `;
  }

  getItem(name: string): string | null {
    return this.#storage().getItem(this.#prefix + name);
  }

  setItem(name: string, text: string): void {
    this.#storage().setItem(this.#prefix + name, text);
  }

  removeItem(name: string): void {
    this.#storage().removeItem(this.#prefix + name);
  }

  key(number: number): string | null {
    return this.#names()[number] ?? null;
  }

  get length(): number {
    return this.#names().length;
  }

  /** Return what this page calls a name of the storage; null for a name of another page, and for none. */
  nameOf(key: string | null): string | null {
    return key?.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : null;
  }

  #names(): string[] {
    return namesIn(this.#storage())
      .map((key) => this.nameOf(key))
      .filter((name) => name !== null);
  }
}
