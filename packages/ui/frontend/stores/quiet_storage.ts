/**
 * A browser's storage, for what the page does without.
 *
 * Browsers throw where it is full or switched off: then nothing is read, and what is written lives as long as who wrote
 * it.
 */
export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class QuietStorage {
  readonly #storage: () => TextStorage;

  /** `storage` may throw, and so may what it returns. */
  constructor(storage: () => TextStorage) {
    this.#storage = storage;
  }

  /** Return a text; empty for none. */
  read(name: string): string {
    try {
      return this.#storage().getItem(name) ?? "";
    } catch {
      return "";
    }
  }

  /** Keep a text, or none for an empty one. */
  write(name: string, text: string): void {
    try {
      if (text === "") this.#storage().removeItem(name);
      else this.#storage().setItem(name, text);
    } catch {
      // Nothing is lost that the page does not still hold.
    }
  }
}

/** Return the name under which something is kept: its parts stay apart, also with a slash in one of them. */
export function keptName(...parts: Array<string | number>): string {
  return parts.map((part) => encodeURIComponent(part)).join("/");
}

/** Return what was kept as JSON; null for none, and for a text that is no JSON. */
export function parseKept(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Return the fields of what was kept as JSON; none for what is no object. */
export function parseFields(text: string): Record<string, unknown> {
  const kept = parseKept(text);
  return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
}
