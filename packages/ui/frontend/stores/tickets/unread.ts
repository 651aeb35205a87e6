/**
 * The tickets of a project with something that the user has not read, as the server knows it: the same in every tab and
 * on every device.
 *
 * A list tells what is unread as it is fetched; then news and the user's receipts come as events. Where an event leaves
 * it open, the server is asked.
 */
import { computed, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { toApiError } from "../../api/errors.ts";
import { type Event, THREAD_CHANGED, type TicketPage, type TicketSummary } from "../../api/wire.ts";
import { Throttle } from "../throttle.ts";
import type { UnansweredCalls } from "../unanswered_calls.ts";

const ASK_PAUSE_MS = 300;
const MOST_ASKED = 200;
// Of so many tickets it is remembered when their mark was last told; an answer that is older than that is passed over.
const MOST_REMEMBERED = 500;

type Tickets = { ticket: (id: number) => TicketSummary | null; isListed: (id: number) => boolean };

export class UnreadTickets {
  readonly #call: Call;
  readonly #tickets: Tickets;
  readonly #unanswered: UnansweredCalls;
  readonly #unread = new Set<number>();
  /** Those among them whose news have come while the page was open. */
  readonly #news = new Set<number>();
  readonly #changes = signal(0);
  /** By ticket: the number of the event that has told its mark. */
  readonly #toldAt = new Map<number, number>();
  /** By ticket: the message up to which the server was told that it is read. */
  readonly #marked = new Map<number, number>();
  /** Tickets that the user has looked at, and the server does not know it. */
  readonly #untold = new Set<number>();
  /** By ticket: the message up to which it is read, where nothing has answered. */
  readonly #failed = new Map<number, number>();
  readonly #asked = new Set<number>();
  readonly #throttle = new Throttle(() => this.#ask(), ASK_PAUSE_MS);
  #open = 0;
  /** How many have news since the page was opened. */
  readonly count = computed(() => {
    this.#changes.value;
    return this.#news.size;
  });

  constructor(call: Call, tickets: Tickets, unanswered: UnansweredCalls) {
    this.#call = call;
    this.#tickets = tickets;
    this.#unanswered = unanswered;
  }

  has(id: number): boolean {
    this.#changes.value;
    return this.#unread.has(id);
  }

  /** Take what a list tells. */
  take({ tickets, seq }: TicketPage): void {
    for (const { ticket_id: id, unread } of tickets) {
      if (unread !== null && (this.#toldAt.get(id) ?? 0) <= seq) this.#set(id, unread > 0);
    }
    this.#changed();
  }

  /** Somebody else has written: a mark, and news. */
  arrive(id: number, seq: number): void {
    this.#tell(id, seq);
    this.#unread.add(id);
    this.#news.add(id);
    this.#changed();
  }

  /** Take what an event tells of the user's receipts, and of tickets whose messages were moved. */
  notice({ record, kind, ticket, seq }: Event): void {
    if (record?.noun === "read") this.#noticeReceipt(record.ticket_id, record.message_id, seq);
    else if (record?.noun === "removed" && record.of === "ticket") this.#read(Number(record.key));
    else if (ticket !== null && THREAD_CHANGED.has(kind)) this.#askFor(ticket.ticket_id);
  }

  /** Events were missed: what the list marks beyond the known is news; of what it leaves out the server is asked. */
  catchUp({ tickets }: TicketPage): void {
    const listed = new Set(tickets.map(({ ticket_id: id }) => id));
    for (const { ticket_id: id, unread } of tickets) {
      if ((unread ?? 0) > 0 && !this.#unread.has(id) && id !== this.#open) this.#news.add(id);
    }
    this.#toldAt.clear();
    for (const id of this.#unread) if (!listed.has(id)) this.#askFor(id);
  }

  /** The user looks at a ticket: it is read, as far as they see. 0 is for none. */
  look(id: number): void {
    if (this.#open !== id) this.#marked.delete(this.#open);
    this.#open = id;
    if (!this.#unread.has(id)) return;
    this.#untold.add(id);
    this.#read(id);
  }

  /** The messages of the ticket were shown, up to this one: the server is told, where it may not know. */
  async tell(id: number, lastMessage: number): Promise<void> {
    if (this.#marked.get(id) === lastMessage) return;
    if (!this.#untold.has(id) && this.#tickets.isListed(id)) return;
    await this.#mark(id, lastMessage);
  }

  /** The server is back: it is told what it could not be told. */
  tellAgain(): void {
    for (const [id, message] of [...this.#failed]) void this.#mark(id, message);
  }

  clear(): void {
    for (const kept of [
      this.#unread,
      this.#news,
      this.#toldAt,
      this.#marked,
      this.#untold,
      this.#failed,
      this.#asked,
    ]) {
      kept.clear();
    }
    this.#open = 0;
    this.#changed();
  }

  /** It is read for this page at once; where nothing answers, the server is told when it is back, or the page is left. */
  async #mark(id: number, message: number): Promise<void> {
    const params = { ticket_id: id, message_id: message };
    this.#untold.delete(id);
    this.#failed.delete(id);
    this.#marked.set(id, message);
    const answered = this.#unanswered.expect(`read.mark/${id}`, "read.mark", params);
    try {
      await this.#call("read.mark", params);
      answered();
    } catch (error) {
      this.#marked.delete(id);
      this.#untold.add(id);
      if (toApiError(error).isUnanswered) this.#failed.set(id, message);
      else answered();
    }
  }

  #noticeReceipt(id: number, message: number, seq: number): void {
    this.#tell(id, seq);
    const ticket = this.#tickets.ticket(id);
    if (ticket !== null && message >= ticket.last_message_id) this.#read(id);
    else if (ticket !== null || this.#unread.has(id)) this.#askFor(id);
  }

  #askFor(id: number): void {
    this.#asked.add(id);
    this.#throttle.ask();
  }

  async #ask(): Promise<void> {
    const asked = [...this.#asked].slice(0, MOST_ASKED);
    for (const id of asked) this.#asked.delete(id);
    if (asked.length === 0) return;
    // The others are asked for after these.
    if (this.#asked.size > 0) this.#throttle.ask();
    try {
      const { reads, seq } = await this.#call("read.list", { ticket_ids: asked });
      const known = new Map(reads.map(({ ticket_id: id, unread }) => [id, unread]));
      for (const id of asked) {
        if ((this.#toldAt.get(id) ?? 0) <= seq) this.#set(id, (known.get(id) ?? 0) > 0, false);
      }
      this.#changed();
    } catch {
      // The marks stay as they are; the next list tells them.
    }
  }

  /** A list does not mark what the user is looking at; what they have marked as unread meanwhile is marked. */
  #set(id: number, isUnread: boolean, isOfList = true): void {
    if (!isUnread) this.#read(id);
    else if (isOfList && id === this.#open) this.#untold.add(id);
    else this.#unread.add(id);
  }

  #read(id: number): void {
    this.#news.delete(id);
    if (this.#unread.delete(id)) this.#changed();
  }

  #tell(id: number, seq: number): void {
    this.#toldAt.delete(id);
    this.#toldAt.set(id, seq);
    if (this.#toldAt.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#toldAt.keys()) {
      this.#toldAt.delete(oldest);
      break;
    }
  }

  #changed(): void {
    this.#changes.value = this.#changes.peek() + 1;
  }
}

/** Return the name of a ticket among those of all projects. */
export function ticketKey(project: string, ticketId: number): string {
  return `${project}/${ticketId}`;
}
