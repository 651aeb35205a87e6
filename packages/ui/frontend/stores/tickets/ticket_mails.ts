/** Which messages came by mail, ticket by ticket: fetched when a thread is shown, and after each message of others. */
import { type Signal, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { Event, TicketMail } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";

/** By the message's id; the ticket's own text has the id 0. */
export type Mails = ReadonlyMap<number, TicketMail>;

const NONE: Mails = new Map();

export class TicketMails {
  readonly #call: Call;
  readonly #tickets = new Map<number, Signal<Mails>>();
  #unfollow = () => {};

  constructor(call: Call, follow: (listener: (event: Event) => void) => () => void) {
    this.#call = call;
    this.#unfollow = follow((event) => this.#notice(event));
  }

  of(ticketId: number): Mails {
    const known = this.#tickets.get(ticketId);
    if (known !== undefined) return known.value;
    const mails = signal<Mails>(NONE);
    this.#tickets.set(ticketId, mails);
    void this.#load(ticketId);
    return mails.value;
  }

  close(): void {
    this.#unfollow();
    this.#tickets.clear();
  }

  /** What came by mail comes as an event like any other; which mail it was is asked for. */
  #notice({ kind, ticket }: Event): void {
    if (ticket === null || !this.#tickets.has(ticket.ticket_id)) return;
    if (kind.startsWith("message.") || kind === "ticket.merged" || kind === "ticket.split") {
      void this.#load(ticket.ticket_id);
    }
  }

  async #load(ticketId: number): Promise<void> {
    try {
      const { mails } = await this.#call("mail.of_ticket", { ticket_id: ticketId });
      const found = this.#tickets.get(ticketId);
      if (found !== undefined) found.value = new Map(mails.map((mail) => [mail.message_id ?? 0, mail]));
    } catch {
      // The thread can be read without; the next message asks again.
    }
  }
}

export const ticketMailsOf = perUser(
  (project) => new TicketMails(project.call, (listener) => project.follow(listener)),
);
