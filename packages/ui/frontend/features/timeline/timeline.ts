/** What a thread shows, in its order: messages, what changed between them, days, and where the new ones begin. */
import type { ChangeOfTicket, Message } from "../../api/wire.ts";

export type Item =
  | { kind: "day"; key: string; day: string }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; message: Message }
  /** Changes that follow each other. */
  | { kind: "changes"; key: string; changes: ChangeOfTicket[] };

type Shown = {
  messages: readonly Message[];
  /** Oldest first. */
  changes: readonly ChangeOfTicket[];
  /** Whether older messages are somewhere else: then what changed before the first one is there too. */
  hasOlder: boolean;
  /** The first message that is not here; null at the end of the thread. */
  next: Message | null;
  /** The message with which the new ones begin. */
  newFrom: number | null;
  dayOf: (time: number) => string;
};

/** Return the items of a thread. A change has its place behind the last message that is not later. */
export function buildTimeline({ messages, changes, hasOlder, next, newFrom, dayOf }: Shown): Item[] {
  const since = hasOlder ? (messages[0]?.created_at ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const until = next?.created_at ?? Number.POSITIVE_INFINITY;
  const builder = new Builder(dayOf);
  let at = 0;
  for (const message of messages) {
    for (; (changes[at]?.at ?? Number.POSITIVE_INFINITY) < message.created_at; at += 1) {
      const change = changes[at];
      if (change !== undefined && change.at >= since) builder.addChange(change);
    }
    builder.addMessage(message, message.message_id === newFrom);
  }
  for (const change of changes.slice(at)) if (change.at >= since && change.at < until) builder.addChange(change);
  return builder.items;
}

class Builder {
  readonly items: Item[] = [];
  readonly #dayOf: (time: number) => string;
  #day = "";

  constructor(dayOf: (time: number) => string) {
    this.#dayOf = dayOf;
  }

  addMessage(message: Message, isNew: boolean): void {
    const key = `message ${message.message_id}`;
    this.#addDay(message.created_at, key);
    if (isNew) this.items.push({ kind: "new", key: "new" });
    this.items.push({ kind: "message", key, message });
  }

  addChange(change: ChangeOfTicket): void {
    const key = `change ${change.change_id}`;
    this.#addDay(change.at, key);
    const last = this.items.at(-1);
    if (last?.kind === "changes") last.changes.push(change);
    else this.items.push({ kind: "changes", key, changes: [change] });
  }

  #addDay(time: number, key: string): void {
    const day = this.#dayOf(time);
    if (day === this.#day) return;
    this.#day = day;
    this.items.push({ kind: "day", key: `day of ${key}`, day });
  }
}
