/** The messages of one ticket: their ids; the messages themselves are in the table. */
import { computed, signal } from "@preact/signals-core";
import type { ApiError } from "../api/errors.ts";
import type { Message } from "../api/wire.ts";
import type { VersionedTable } from "./versioned_table.ts";

// Of a message that was just sent, no event is known yet: it is newer than every list.
const JUST_SENT = Number.MAX_SAFE_INTEGER;

export class Thread {
  readonly #table: VersionedTable<Message>;
  /** Each message's id, with the sequence number since which it is known to be here. */
  readonly #arrivals = signal<ReadonlyMap<number, number>>(new Map());
  /** Whether the earlier messages are here too. */
  readonly isLoaded = signal(false);
  readonly problem = signal<ApiError | null>(null);
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

  /** Take the thread as it was fetched at `seq`; what came after that stays. */
  replace(messages: Message[], seq: number): void {
    const later = [...this.#arrivals.value].filter(([, arrival]) => arrival > seq);
    for (const message of messages) this.#table.put(message.message_id, message, seq);
    this.#arrivals.value = new Map([...messages.map((message) => [message.message_id, seq] as const), ...later]);
    this.isLoaded.value = true;
    this.problem.value = null;
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

  #arrive(id: number, seq: number): void {
    this.#arrivals.value = new Map(this.#arrivals.value).set(id, seq);
  }
}
