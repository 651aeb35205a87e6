/**
 * A browser's own copies of drafts: what was typed survives a reload, and an outage, before the server has it.
 *
 * A copy belongs to one user and one place, so the text of one user never turns up in the form of another.
 */
import type { Attachment } from "../../api/wire.ts";
import { keptName, QuietStorage, type TextStorage } from "../quiet_storage.ts";
import type { DraftContent } from "./draft_content.ts";

const PREFIX = "hero_assistance.draft";

/** `version` is that of the server's draft which this goes on from, 0 for none; `isSaved` says that it has the same. */
export type LocalCopy = DraftContent & { readonly token: string; readonly version: number; readonly isSaved: boolean };

/** Return the name of a copy; its place is a ticket, or `new`, and a kind. */
export function copyName(author: string, project: string, ...place: Array<string | number>): string {
  return keptName(PREFIX, author, project, ...place);
}

export class LocalCopies {
  readonly #storage: QuietStorage;

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
  }

  read(name: string): LocalCopy | null {
    return parseCopy(this.#storage.read(name));
  }

  /** Keep a copy, or none. */
  write(name: string, copy: LocalCopy | null): void {
    this.#storage.write(name, copy === null ? "" : JSON.stringify(copy));
  }
}

/** Read a copy as it was stored; null for anything else. */
export function parseCopy(text: string | null): LocalCopy | null {
  if (text === null || text === "") return null;
  try {
    const { title, body, files, token, version, isSaved } = JSON.parse(text);
    if (typeof title !== "string" || typeof body !== "string" || typeof token !== "string") return null;
    if (!Number.isInteger(version) || !Array.isArray(files)) return null;
    return { title, body, files: files.filter(isAttachment), token, version, isSaved: isSaved === true };
  } catch {
    return null;
  }
}

function isAttachment(value: unknown): value is Attachment {
  const { attachment_id: id, name, size } = (value ?? {}) as Partial<Attachment>;
  return Number.isInteger(id) && typeof name === "string" && Number.isInteger(size);
}
