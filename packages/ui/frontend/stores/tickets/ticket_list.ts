/** A list of tickets: their ids and where its next page begins; the tickets themselves are in the table. */
import { computed, signal } from "@preact/signals-core";
import type { TicketPage, TicketSummary } from "../../api/wire.ts";
import type { VersionedTable } from "../versioned_table.ts";

export class TicketList {
  readonly #table: VersionedTable<TicketSummary>;
  #paged = 0;
  readonly #ids = signal<ReadonlySet<number>>(new Set());
  /** Where the next page begins; null at the end. */
  readonly cursor = signal<string | null>(null);
  /** The tickets, newest activity first. */
  readonly tickets = computed(() => sortByActivity([...this.#ids.value].map((id) => this.#table.get(id))));

  constructor(table: VersionedTable<TicketSummary>) {
    this.#table = table;
  }

  /** Become the first page. */
  replace(page: TicketPage): void {
    this.#ids.value = new Set();
    this.#paged = 0;
    this.append(page);
  }

  /** Take the next page. */
  append(page: TicketPage): void {
    for (const ticket of page.tickets) this.#table.put(ticket.ticket_id, ticket, page.seq);
    this.#ids.value = new Set([...this.#ids.value, ...page.tickets.map((ticket) => ticket.ticket_id)]);
    this.#paged += page.tickets.length;
    this.cursor.value = page.next_cursor;
  }

  /** How many there are beyond those that were asked for page by page. */
  get surplus(): number {
    return this.#ids.value.size - this.#paged;
  }

  /** Return those of the oldest activity that are too many, where `most` may be there beyond the pages. */
  beyond(most: number): TicketSummary[] {
    return this.tickets.value.slice(this.#paged + most);
  }

  add(id: number): void {
    if (!this.#ids.value.has(id)) this.#ids.value = new Set([...this.#ids.value, id]);
  }

  remove(id: number): void {
    this.#ids.value = new Set([...this.#ids.value].filter((listed) => listed !== id));
  }

  clear(): void {
    this.#ids.value = new Set();
    this.cursor.value = null;
  }
}

function sortByActivity(tickets: Array<TicketSummary | null>): TicketSummary[] {
  return tickets
    .filter((ticket) => ticket !== null)
    .sort((one, other) => other.updated_at - one.updated_at || other.ticket_id - one.ticket_id);
}
