/** The messages of one ticket: their ids, from the last ones on; the messages themselves are in the table. */
import { computed, signal } from "@preact/signals-core";
import type { ApiError } from "../../api/errors.ts";
import type { Message, Thread as ThreadPage } from "../../api/wire.ts";
import type { VersionedTable } from "../versioned_table.ts";

// Of a message that was just sent, no event is known yet: it is newer than every list.
const JUST_SENT = Number.MAX_SAFE_INTEGER;

export class Thread {
  readonly #table: VersionedTable<Message>;
  /** Each message's id, with the sequence number since which it is known to be here. */
  readonly #arrivals = signal<ReadonlyMap<number, number>>(new Map());
  /** Whether the last page was fetched. */
  readonly isLoaded = signal(false);
  /** Where the older messages are asked for; null where the thread begins. */
  readonly cursor = signal<string | null>(null);
  /** Counts how often the thread was fetched again: an older page belongs to one of them. */
  #fetched = 0;
  readonly problem = signal<ApiError | null>(null);
  /** The newest message when its reader went elsewhere, which the server may not be asked any more; null before. */
  #leftAt: number | null = null;
  /** The messages, oldest first; the text of a merged ticket has the time of that ticket and a later id. */
  readonly messages = computed(() =>
    [...this.#arrivals.value.keys()]
      .map((id) => this.#table.get(id))
      .filter((message) => message !== null)
      .sort((one, other) => one.created_at - other.created_at || one.message_id - other.message_id),
  );

  constructor(table: VersionedTable<Message>) {
    this.#table = table;
  }

  get leftAt(): number | null {
    return this.#leftAt;
  }

  /** Its reader goes elsewhere. */
  leave(): void {
    if (this.isLoaded.peek()) this.#leftAt = this.newestId;
  }

  /** The messages that are here, in no order. */
  get ids(): number[] {
    return [...this.#arrivals.peek().keys()];
  }

  has(id: number): boolean {
    return this.#arrivals.peek().has(id);
  }

  /** The largest id, 0 for none: the newest message, which is not the last one after a merge. */
  get newestId(): number {
    return this.messages.peek().reduce((newest, { message_id: id }) => Math.max(newest, id), 0);
  }

  /** Take the last page as it was fetched at its `seq`; what came after that stays, older messages are asked for again. */
  replace(page: ThreadPage): void {
    const later = [...this.#arrivals.value].filter(([, arrival]) => arrival > page.seq);
    this.#arrivals.value = new Map([...this.#take(page), ...later]);
    this.#fetched += 1;
    this.cursor.value = page.next_cursor;
    this.isLoaded.value = true;
    this.problem.value = null;
  }

  /** Return a function that takes the page before; it does nothing once the thread was fetched again. */
  expectOlder(): (page: ThreadPage) => void {
    const fetched = this.#fetched;
    return (page) => {
      if (fetched !== this.#fetched) return;
      this.#arrivals.value = new Map([...this.#take(page), ...this.#arrivals.value]);
      this.cursor.value = page.next_cursor;
    };
  }

  /** Take a message that the event `seq` brought. */
  add(message: Message, seq: number): void {
    this.#table.put(message.message_id, message, seq);
    this.#arrive(message.message_id, seq);
  }

  /** Take a message that was just sent; its event replaces it. */
  addSent(message: Message): void {
    this.#table.put(message.message_id, message, 0);
    this.#arrive(message.message_id, JUST_SENT);
  }

  #take({ messages, seq }: ThreadPage): Array<readonly [number, number]> {
    for (const message of messages) this.#table.put(message.message_id, message, seq);
    return messages.map((message) => [message.message_id, seq] as const);
  }

  #arrive(id: number, seq: number): void {
    this.#arrivals.value = new Map(this.#arrivals.value).set(id, seq);
  }
}
