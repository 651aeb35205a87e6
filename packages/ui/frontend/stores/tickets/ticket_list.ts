/** A list of tickets: their ids and where its next page begins; the tickets themselves are in the table. */
import { computed, signal } from "@preact/signals-core";
import type { TicketPage, TicketSummary } from "../../api/wire.ts";
import type { VersionedTable } from "../versioned_table.ts";

export class TicketList {
  readonly #table: VersionedTable<TicketSummary>;
  #paged = 0;
  /** The last activity in the first page as it was last taken. */
  newest = 0;
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
    this.newest = page.tickets[0]?.updated_at ?? 0;
  }

  /**
   * Become the first page with what is listed beyond it; returns false, and changes nothing, where tickets between the
   * two may be missing.
   *
   * What has changed since the last first page has a later activity: what is older and was in the list is still in it.
   */
  merge(page: TicketPage): boolean {
    const last = page.tickets.at(-1);
    // Where some are not known any more, the list has holes.
    if (this.tickets.peek().length < this.length) return false;
    if (page.next_cursor === null || last === undefined || last.updated_at > this.newest) return false;
    this.#put(page);
    const beyond = this.tickets.peek().filter((ticket) => compare(ticket, last) > 0);
    const first = page.tickets.map((ticket) => ticket.ticket_id);
    this.#ids.value = new Set([...first, ...beyond.map((ticket) => ticket.ticket_id)]);
    this.#paged = this.length;
    this.newest = page.tickets[0]?.updated_at ?? 0;
    if (beyond.length === 0) this.cursor.value = page.next_cursor;
    return true;
  }

  /** Take the next page. */
  append(page: TicketPage): void {
    this.#put(page);
    this.#ids.value = new Set([...this.#ids.value, ...page.tickets.map((ticket) => ticket.ticket_id)]);
    this.#paged += page.tickets.length;
    this.cursor.value = page.next_cursor;
  }

  /** How many there are, those that are not known any more among them. */
  get length(): number {
    return this.#ids.peek().size;
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
    this.newest = 0;
    this.cursor.value = null;
  }

  #put(page: TicketPage): void {
    for (const ticket of page.tickets) this.#table.put(ticket.ticket_id, ticket, page.seq);
  }
}

function sortByActivity(tickets: Array<TicketSummary | null>): TicketSummary[] {
  return tickets.filter((ticket) => ticket !== null).sort(compare);
}

function compare(one: TicketSummary, other: TicketSummary): number {
  return other.updated_at - one.updated_at || other.ticket_id - one.ticket_id;
}
