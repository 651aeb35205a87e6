/**
 * What was typed and not sent yet: it survives another view, a reload and a failed send.
 *
 * A draft belongs to one user and one place, so the text of one user never turns up in the form of another.
 */

const PREFIX = "hero_assistance.draft";

export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function draftKey(...place: Array<string | number>): string {
  return [PREFIX, ...place].join("/");
}

export class Drafts {
  readonly #storage: () => DraftStorage;

  /** `storage` may throw: browsers do where it is switched off. */
  constructor(storage: () => DraftStorage) {
    this.#storage = storage;
  }

  read(key: string): string {
    try {
      return this.#storage().getItem(key) ?? "";
    } catch {
      return ""; // Switched off: the text lives as long as its form.
    }
  }

  save(key: string, text: string): void {
    try {
      if (text === "") this.#storage().removeItem(key);
      else this.#storage().setItem(key, text);
    } catch {
      // Full or switched off: nothing is lost that the form does not still hold.
    }
  }
}
