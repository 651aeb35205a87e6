/**
 * A list of tickets: their ids in order, and where its next page begins; the tickets themselves are in the table.
 *
 * The list follows the table: a ticket moves when it changes, comes in and goes out where the list has a condition. One
 * that belongs behind the last page waits for its page, so that the list never has a hole.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { TicketPage, TicketSummary } from "../../api/wire.ts";
import type { VersionedTable } from "../versioned_table.ts";
import { type ListOrder, rankOf, type TicketRank } from "./lists/list_order.ts";
import { compare, OrderedRows, type Ranked } from "./lists/ordered_rows.ts";

/** Which tickets are in a list; null where only the server knows. */
export type Condition = ((ticket: TicketSummary) => boolean) | null;
type Page = { cursor: string; after: Ranked | null };

const START: Page = { cursor: "", after: null };

export class TicketList {
  readonly #table: VersionedTable<TicketSummary>;
  readonly #rows = new OrderedRows<TicketRank>();
  readonly #version = signal(0);
  readonly #cursor = signal<string | null>(null);
  /** Where each page began: its cursor, and the last ticket before it. */
  #pages: Page[] = [START];
  /** What comes behind this ticket was not asked for; null where nothing was. */
  #end: Ranked | null = null;
  /** How many were asked for page by page. */
  #paged = 0;
  #condition: Condition = null;
  #order: ListOrder = "activity";
  readonly #unfollow: () => void;
  /** The tickets in their order: for lists that are not long, since it is read again at each change. */
  readonly tickets = computed(() => {
    this.#version.value;
    return this.#rows
      .ids()
      .map((id) => this.#table.get(id))
      .filter((ticket) => ticket !== null);
  });

  constructor(table: VersionedTable<TicketSummary>) {
    this.#table = table;
    this.#unfollow = table.follow((id, ticket) => this.#follow(id, ticket));
  }

  /** Changes when a ticket comes, goes or moves. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Where the next page begins: empty for the first page, null at the end. */
  get cursor(): ReadonlySignal<string | null> {
    return this.#cursor;
  }

  /** In which order it is. */
  get order(): ListOrder {
    return this.#order;
  }

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): TicketRank | undefined {
    return this.#rows.at(index);
  }

  has(id: number): boolean {
    return this.#rows.has(id);
  }

  indexOf(id: number): number {
    return this.#rows.indexOf(id);
  }

  /** Begin again, with another condition or in another order. */
  begin(condition: Condition, order: ListOrder): void {
    this.#condition = condition;
    this.#order = order;
    this.clear();
  }

  /** Become the first page, in the order in which it came. */
  replace(page: TicketPage, order = this.#order): void {
    batch(() => {
      this.#order = order;
      this.clear();
      this.append(page);
    });
  }

  /** Take the next page. */
  append(page: TicketPage): void {
    batch(() => {
      this.#cursor.value = page.next_cursor;
      for (const ticket of page.tickets) this.#table.put(ticket.ticket_id, ticket, page.seq);
      this.#endAt(page);
      for (const { ticket_id: id } of page.tickets) this.#take(id);
      this.#paged = Math.min(this.#paged + page.tickets.length, this.#rows.length);
      this.#changed();
    });
  }

  /** List a ticket, if it is known and belongs before the end of what was asked for. */
  add(id: number): void {
    const ticket = this.#table.peek(id);
    if (ticket !== null && (this.#condition?.(ticket) ?? true) && this.#seat(ticket)) this.#changed();
  }

  remove(id: number): void {
    if (this.#rows.remove(id)) this.#changed();
  }

  clear(): void {
    this.#rows.clear();
    this.#pages = [START];
    this.#end = null;
    this.#paged = 0;
    this.#cursor.value = null;
    this.#changed();
  }

  /** Put each ticket where it belongs by now: what is overdue becomes so without an event. */
  rank(): void {
    if (this.#order !== "overdue") return;
    let hasChanged = false;
    for (const id of this.#rows.ids()) {
      const ticket = this.#table.peek(id);
      if (ticket !== null && this.#seat(ticket)) hasChanged = true;
    }
    if (hasChanged) this.#changed();
  }

  /** Forget those at the end that are more than `most` beyond what was asked for; returns their ids. */
  forget(most: number): number[] {
    const gone = this.#rows.truncate(this.#paged + most);
    const last = this.#rows.at(this.#rows.length - 1);
    if (gone.length === 0 || last === undefined) return gone;
    // The pages that begin behind the last ticket are asked for again.
    this.#pages = this.#pages.filter(({ after }) => after === null || compare(after, last) <= 0);
    this.#cursor.value = this.#pages.at(-1)?.cursor ?? "";
    this.#end = last;
    this.#changed();
    return gone;
  }

  /** How many there are beyond those that were asked for page by page. */
  get surplus(): number {
    return this.#rows.length - this.#paged;
  }

  /** Follow the table no more. */
  close(): void {
    this.#unfollow();
  }

  /** Note where a page ends, and where the next one begins. */
  #endAt({ tickets, next_cursor: cursor }: TicketPage): void {
    const last = tickets.at(-1);
    const end = last === undefined ? null : this.#rank(last);
    if (end !== null && (this.#end === null || compare(this.#end, end) < 0)) this.#end = end;
    if (cursor !== null) this.#pages.push({ cursor, after: end ?? this.#end });
  }

  /** List a ticket of a page, as it is known now. */
  #take(id: number): void {
    const ticket = this.#table.peek(id);
    if (ticket !== null && (this.#condition?.(ticket) ?? true)) this.#rows.put(this.#rank(ticket));
  }

  #rank(ticket: TicketSummary): TicketRank {
    return rankOf(ticket, this.#order);
  }

  #follow(id: number, ticket: TicketSummary | null): void {
    if (ticket === null) {
      this.remove(id);
    } else if (this.#condition === null ? this.#rows.has(id) : this.#condition(ticket)) {
      if (this.#seat(ticket)) this.#changed();
    } else {
      this.remove(id);
    }
  }

  /** Put a ticket where it belongs; returns whether anything has changed. */
  #seat(ticket: TicketSummary): boolean {
    const rank = this.#rank(ticket);
    const isBeyond = this.#cursor.peek() !== null && (this.#end === null || compare(rank, this.#end) > 0);
    return isBeyond ? this.#rows.remove(ticket.ticket_id) : this.#rows.put(rank);
  }

  #changed(): void {
    this.#version.value = this.#version.peek() + 1;
  }
}
