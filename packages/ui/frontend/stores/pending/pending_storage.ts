/** A browser's copies of messages on their way: a reload between the send and its answer loses none. */
import type { MessageKind, Status } from "../../api/wire.ts";
import type { DraftContent } from "../drafts/draft_content.ts";
import { type NamedStorage, namesIn } from "../offline/placed_storage.ts";
import { keptName, QuietStorage } from "../quiet_storage.ts";

const PREFIX = "hero_assistance.pending";

/** A message that was sent and has no answer yet. What it says does not change: its token stands for it. */
export type PendingMessage = {
  readonly token: string;
  readonly ticketId: number;
  readonly kind: MessageKind;
  readonly content: DraftContent;
  /** The last message that its author was shown; null asks for no check. */
  readonly lastSeen: number | null;
  readonly status: Status | null;
  readonly writtenAt: number;
  /** Until then it can be taken back. */
  readonly dueAt: number;
  /** How often it has left for the server; it is not taken back then. */
  readonly tries: number;
};

/** Whether a browser keeps messages of anybody: then they are sent, also when no ticket is opened. */
export function hasPending(storage: () => NamedStorage): boolean {
  return names(storage).some((name) => name.startsWith(`${PREFIX}/`));
}

/** Return what the names of an author's messages begin with. */
export function pendingPrefix(author: string, project: string): string {
  return `${keptName(PREFIX, author, project)}/`;
}

export class PendingCopies {
  readonly #names: () => string[];
  readonly #storage: QuietStorage;
  readonly #prefix: string;

  /** `storage` may throw, and so may what it returns: then a message lives as long as the page. */
  constructor(storage: () => NamedStorage, author: string, project: string) {
    this.#names = () => names(storage);
    this.#storage = new QuietStorage(storage);
    this.#prefix = pendingPrefix(author, project);
  }

  read(): PendingMessage[] {
    return this.#names()
      .filter((name) => name.startsWith(this.#prefix))
      .flatMap((name) => parse(this.#storage.read(name)) ?? [])
      .sort((one, other) => one.writtenAt - other.writtenAt);
  }

  has(token: string): boolean {
    return this.#storage.read(this.#prefix + token) !== "";
  }

  /** Keep a message. */
  write(message: PendingMessage): void {
    this.#storage.write(this.#prefix + message.token, JSON.stringify(message));
  }

  remove(token: string): void {
    this.#storage.write(this.#prefix + token, "");
  }
}

function names(storage: () => NamedStorage): string[] {
  try {
    return namesIn(storage());
  } catch {
    return [];
  }
}

function parse(text: string): PendingMessage | null {
  try {
    const message: PendingMessage = JSON.parse(text);
    const isOne = typeof message.token === "string" && Number.isInteger(message.ticketId);
    const { body, files } = message.content;
    return isOne && typeof body === "string" && Array.isArray(files) ? message : null;
  } catch {
    return null;
  }
}
