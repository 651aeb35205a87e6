/**
 * What was typed of a new ticket before its project was chosen: it survives another view and a reload.
 *
 * It belongs to one user and one place, so the text of one user never turns up in the form of another.
 */
import { QuietStorage, type TextStorage } from "../quiet_storage.ts";

const PREFIX = "hero_assistance.draft";

export function draftKey(...place: Array<string | number>): string {
  return [PREFIX, ...place].join("/");
}

export class Drafts {
  readonly #storage: QuietStorage;

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
  }

  read(key: string): string {
    return this.#storage.read(key);
  }

  /** Keep a text; one that was emptied is forgotten. */
  save(key: string, text: string): void {
    this.#storage.write(key, text);
  }
}
