/**
 * What the page knows of one project: snapshot + events = fresh snapshot.
 *
 * Tickets, their texts and messages are in one table each; the list and the threads hold ids. A list has no texts: that
 * of a ticket comes with the ticket alone, or with an event. Nothing here calls the server.
 */
import { batch, signal } from "@preact/signals-core";
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
import { type Change, VersionedTable } from "./versioned_table.ts";

// More than anybody scrolls through; the server's pages have what was forgotten.
const LONGEST_LIST = 1_000;
const FORGOTTEN_AT_ONCE = 100;
// More than anybody goes back and forth between.
const MOST_THREADS = 30;

/** What a thread begins with: the ticket's own text and files. */
export type Opening = Pick<Ticket, "body" | "attachments">;

export class ProjectData {
  readonly #tickets = new VersionedTable<TicketSummary>();
  readonly #openings = new VersionedTable<Opening>();
  readonly #messages = new VersionedTable<Message>();
  readonly #threads = new Map<number, Thread>();
  /** Changes when a thread is opened, for who asks whether one is. */
  readonly #opened = signal(0);
  readonly list = new TicketList(this.#tickets);
  /** The lists of these tickets: what none of them has is forgotten. */
  readonly #lists = new Set([this.list]);

  /** Return another list of these tickets. */
  newList(): TicketList {
    const list = new TicketList(this.#tickets);
    this.#lists.add(list);
    return list;
  }

  /** Follow a list no more, and forget what it alone had. */
  closeList(list: TicketList): void {
    list.close();
    this.#lists.delete(list);
    this.forgetUnlisted();
  }

  /** Forget the tickets that no list has and no thread shows. */
  forgetUnlisted(): void {
    for (const id of this.#tickets.ids()) this.#forget(id);
  }

  /** How many tickets are known. */
  get ticketCount(): number {
    return this.#tickets.size;
  }

  ticket(id: number): TicketSummary | null {
    return this.#tickets.get(id);
  }

  /** Return a ticket without being told of its changes. */
  peekTicket(id: number): TicketSummary | null {
    return this.#tickets.peek(id);
  }

  /** Take the tickets of a page, listed or not. */
  take(page: TicketPage): void {
    for (const ticket of page.tickets) this.#tickets.put(ticket.ticket_id, ticket, page.seq);
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

  /** Whether some list has a ticket. */
  isListed(id: number): boolean {
    return [...this.#lists].some((list) => list.has(id));
  }

  /** Show what a user changes on a ticket before the server has it. */
  changeTicket(id: number, show: (ticket: TicketSummary) => TicketSummary): Change<TicketSummary> {
    return this.#tickets.change(id, show);
  }

  /** Show what a user makes of a message before the server has it. */
  changeMessage(id: number, apply: (message: Message) => Message): Change<Message> {
    return this.#messages.change(id, apply);
  }

  /** Return the thread of a ticket, if it was asked for. */
  thread(id: number): Thread | undefined {
    return this.#threads.get(id);
  }

  /** Return a thread that is shown: it is not among the next that are forgotten. */
  showThread(id: number): Thread | undefined {
    const thread = this.#threads.get(id);
    if (thread !== undefined) {
      this.#threads.delete(id);
      this.#threads.set(id, thread);
    }
    return thread;
  }

  /** Begin the thread of a ticket; the one that was shown longest ago is forgotten when there are many. */
  openThread(id: number): Thread {
    const thread = new Thread(this.#messages);
    this.#threads.set(id, thread);
    const [oldest] = this.#threads.keys();
    if (this.#threads.size > MOST_THREADS && oldest !== undefined) this.#closeThread(oldest);
    this.#opened.value = this.#opened.peek() + 1;
    return thread;
  }

  /** Whether the messages of a ticket are there. */
  isThreadLoaded(id: number): boolean {
    this.#opened.value;
    return this.#threads.get(id)?.isLoaded.value ?? false;
  }

  get openThreads(): number[] {
    return [...this.#threads.keys()];
  }

  /** Forget the threads of all tickets but one. */
  forgetThreads(except: number | null): void {
    for (const id of this.openThreads) if (id !== except) this.#closeThread(id);
  }

  /** Know no ticket any more, and list none. */
  clearTickets(): void {
    batch(() => {
      for (const list of this.#lists) list.clear();
      this.#tickets.clear();
      this.#openings.clear();
    });
  }

  /** Begin with a list as it is now; tickets that are not in it are no longer known. */
  replace(page: TicketPage): void {
    batch(() => {
      this.clearTickets();
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
      this.#forget(ticket.ticket_id);
      if (message !== null) this.#threads.get(ticket.ticket_id)?.add(message, seq);
      return THREAD_CHANGED.has(event.kind) ? ticket.ticket_id : null;
    });
  }

  /** Forget everything, as when another user takes over. */
  clear(): void {
    batch(() => {
      this.clearTickets();
      this.#messages.clear();
      this.#threads.clear();
    });
  }

  /** Forget what is at the end of long lists: a page that stays open does not grow without an end. */
  #forgetOldest(): void {
    for (const list of this.#lists) {
      if (list.surplus <= LONGEST_LIST + FORGOTTEN_AT_ONCE) continue;
      for (const id of list.forget(LONGEST_LIST)) this.#forget(id);
    }
  }

  /** Forget a ticket, unless a list has it, a thread shows it, or a change of it is on its way. */
  #forget(id: number): void {
    if (this.#threads.has(id) || this.#tickets.isPending(id) || this.isListed(id)) return;
    this.#tickets.remove(id);
    this.#openings.remove(id);
  }

  #closeThread(id: number): void {
    const ids = this.#threads.get(id)?.ids ?? [];
    this.#threads.delete(id);
    const others = [...this.#threads.values()];
    batch(() => {
      // A message that was moved is another thread's by now.
      for (const message of ids) if (!others.some((thread) => thread.has(message))) this.#messages.remove(message);
      this.#forget(id);
    });
  }

  #removeTicket(id: number): void {
    this.#tickets.remove(id);
    this.#openings.remove(id);
    this.#threads.delete(id);
  }
}
