/** Which messages came by mail, ticket by ticket: fetched when a thread is shown, and after each message of others. */
import { type Signal, signal } from "@preact/signals-core";
import type { Event, TicketMail } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns, type Returning } from "../returns.ts";
import { RecentEntries } from "./recent_entries.ts";

/** By the message's id; the ticket's own text has the id 0. */
export type Mails = ReadonlyMap<number, TicketMail>;

type Source = Pick<Project, "call" | "follow"> & Returning;
/** `isMissing` says that the last question had no answer. */
type Entry = { mails: Signal<Mails>; isMissing: boolean };

const NONE: Mails = new Map();

export class TicketMails {
  readonly #project: Source;
  readonly #tickets = new RecentEntries<Entry>();
  readonly #ends: Array<() => void>;

  constructor(project: Source) {
    this.#project = project;
    this.#ends = [
      project.follow((event) => this.#notice(event)),
      followReturns(project, (hasGap) => this.#catchUp(hasGap)),
    ];
  }

  of(ticketId: number): Mails {
    const known = this.#tickets.show(ticketId);
    if (known !== undefined) return known.mails.value;
    const entry: Entry = { mails: signal<Mails>(NONE), isMissing: false };
    this.#tickets.add(ticketId, entry);
    void this.#load(ticketId, entry);
    return entry.mails.value;
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#tickets.clear();
  }

  #catchUp(hasGap: boolean): void {
    this.#tickets.catchUp(hasGap, (ticketId, entry) => {
      if (hasGap || entry.isMissing) void this.#load(ticketId, entry);
    });
  }

  /** What came by mail comes as an event like any other; which mail it was is asked for. */
  #notice({ kind, ticket }: Event): void {
    const entry = ticket === null ? undefined : this.#tickets.get(ticket.ticket_id);
    if (ticket === null || entry === undefined) return;
    if (kind.startsWith("message.") || kind === "ticket.merged" || kind === "ticket.split") {
      void this.#load(ticket.ticket_id, entry);
    }
  }

  async #load(ticketId: number, entry: Entry): Promise<void> {
    entry.isMissing = false;
    try {
      const { mails } = await this.#project.call("mail.of_ticket", { ticket_id: ticketId });
      entry.mails.value = new Map(mails.map((mail) => [mail.message_id ?? 0, mail]));
    } catch {
      // The thread can be read without; it is asked for again when the server is back.
      entry.isMissing = true;
    }
  }
}

export const ticketMailsOf = perUser((project) => new TicketMails(project));
