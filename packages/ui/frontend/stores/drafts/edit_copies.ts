/**
 * A browser's copies of what authors have typed over their messages and not saved: it survives another view, a reload
 * and an outage.
 *
 * A copy belongs to one user and one message, so the text of one user never turns up in the form of another.
 */
import { keptName, parseKept, QuietStorage, type TextStorage } from "../quiet_storage.ts";

const PREFIX = "hero_assistance.edit";

/** Return the name of a copy; that of all copies of a user's in a project without a message. */
export function editName(author: string, project: string, messageId: number | "" = ""): string {
  return keptName(PREFIX, author, project, messageId);
}

export class EditCopies {
  readonly #storage: QuietStorage;

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
  }

  /** Return what was typed, which may be empty; null for nothing. */
  read(name: string): string | null {
    const kept = parseKept(this.#storage.read(name));
    return typeof kept === "string" ? kept : null;
  }

  /** Keep what was typed over a text; the same text is none. */
  write(name: string, typed: string, saved: string): void {
    this.#storage.write(name, typed === saved ? "" : JSON.stringify(typed));
  }

  remove(name: string): void {
    this.#storage.write(name, "");
  }
}
