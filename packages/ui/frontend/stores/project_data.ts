/**
 * What the page knows of one project: snapshot + events = fresh snapshot.
 *
 * Tickets, their texts and messages are in one table each; the list and the threads hold ids. A list has no texts: that
 * of a ticket comes with the ticket alone, or with an event. Nothing here calls the server.
 */
import { batch } from "@preact/signals-core";
import {
  type Event,
  type Message,
  THREAD_CHANGED,
  type Ticket,
  type TicketPage,
  type TicketSummary,
} from "../api/wire.ts";
import { Thread } from "./tickets/thread.ts";
import { TicketList } from "./tickets/ticket_list.ts";
import { applyPatch, type TicketPatch } from "./tickets/ticket_patch.ts";
import { type Change, VersionedTable } from "./versioned_table.ts";

// More than anybody scrolls through; the server's pages have what was forgotten.
const LONGEST_LIST = 1_000;
const FORGOTTEN_AT_ONCE = 100;

/** What a thread begins with: the ticket's own text and files. */
export type Opening = Pick<Ticket, "body" | "attachments">;

export class ProjectData {
  readonly #tickets = new VersionedTable<TicketSummary>();
  readonly #openings = new VersionedTable<Opening>();
  readonly #messages = new VersionedTable<Message>();
  readonly #threads = new Map<number, Thread>();
  readonly list = new TicketList(this.#tickets);

  /** Return another list of these tickets, which holds only what it is given. */
  newList(): TicketList {
    return new TicketList(this.#tickets);
  }

  ticket(id: number): TicketSummary | null {
    return this.#tickets.get(id);
  }

  /** Return the text of a ticket; null until the ticket was fetched alone. */
  opening(id: number): Opening | null {
    return this.#openings.get(id);
  }

  /** Take a ticket that was fetched or filed, as it was at `seq`. */
  putTicket(ticket: Ticket, seq: number): void {
    this.#tickets.put(ticket.ticket_id, ticket, seq);
    this.#openings.put(ticket.ticket_id, ticket, seq);
    this.list.add(ticket.ticket_id);
  }

  /** Show what a user sets on a ticket before the server has it. */
  changeTicket(id: number, patch: TicketPatch): Change<TicketSummary> {
    return this.#tickets.change(id, (ticket) => applyPatch(ticket, patch));
  }

  /** Return the thread of a ticket, if it was asked for. */
  thread(id: number): Thread | undefined {
    return this.#threads.get(id);
  }

  openThread(id: number): Thread {
    const thread = new Thread(this.#messages);
    this.#threads.set(id, thread);
    return thread;
  }

  get openThreads(): number[] {
    return [...this.#threads.keys()];
  }

  /** Begin with a list as it is now; tickets that are not in it are no longer known. */
  replace(page: TicketPage): void {
    batch(() => {
      this.#tickets.clear();
      this.#openings.clear();
      this.list.replace(page);
    });
  }

  /** Apply an event; returns the ticket whose thread has to be fetched again, if any. */
  apply(event: Event): number | null {
    return batch(() => {
      const { record, ticket, message, seq } = event;
      if (record?.noun === "removed" && record.of === "ticket") this.#removeTicket(Number(record.key));
      if (ticket === null) return null;
      this.putTicket(ticket, seq);
      this.#forgetOldest();
      if (message !== null) this.#threads.get(ticket.ticket_id)?.add(message, seq);
      return THREAD_CHANGED.has(event.kind) ? ticket.ticket_id : null;
    });
  }

  /** Forget everything, as when another user takes over. */
  clear(): void {
    batch(() => {
      this.list.clear();
      this.#tickets.clear();
      this.#openings.clear();
      this.#messages.clear();
      this.#threads.clear();
    });
  }

  /** Forget the tickets of the oldest activity: a page that stays open does not grow without an end. */
  #forgetOldest(): void {
    if (this.list.surplus <= LONGEST_LIST + FORGOTTEN_AT_ONCE) return;
    for (const { ticket_id: id } of this.list.beyond(LONGEST_LIST)) {
      if (!this.#threads.has(id)) this.#removeTicket(id);
    }
  }

  #removeTicket(id: number): void {
    this.list.remove(id);
    this.#tickets.remove(id);
    this.#openings.remove(id);
    this.#threads.delete(id);
  }
}
