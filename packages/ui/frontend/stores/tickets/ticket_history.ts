/** What changed on a ticket and who changed it: fetched when its thread is shown, and after each event that may add to it. */
import { type Signal, signal } from "@preact/signals-core";
import type { ChangeOfTicket, Event, TicketHistory as HistoryPage, Status } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns, type Returning } from "../returns.ts";
import { RecentEntries } from "./recent_entries.ts";

/** `changes` are oldest first; `names` has the names of the users in them. */
export type History = {
  changes: ChangeOfTicket[];
  names: HistoryPage["names"];
  /** Where the older changes are asked for; null where there are none. */
  cursor: string | null;
};

const PAGE_LENGTH = 100;
const NONE: History = { changes: [], names: {}, cursor: null };
const CHANGING: ReadonlySet<string> = new Set(["ticket.updated", "ticket.merged", "ticket.split", "rating.saved"]);

type Source = Pick<Project, "call" | "follow"> & Returning;
type Entry = { history: Signal<History>; status: Status | null; isLoading: boolean; isStale: boolean };

export class TicketHistories {
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

  /** Return what is known of a ticket's history; it is fetched when it is first asked for. `status` is the ticket's. */
  of(ticketId: number, status: Status | null = null): History {
    const known = this.#tickets.show(ticketId);
    if (known !== undefined) return known.history.value;
    const entry: Entry = { history: signal(NONE), status, isLoading: false, isStale: false };
    this.#tickets.add(ticketId, entry);
    void this.#refresh(ticketId, entry);
    return entry.history.value;
  }

  /** Have the changes since a time, which may be older than those that were fetched. */
  async reach(ticketId: number, time: number): Promise<void> {
    const entry = this.#tickets.get(ticketId);
    while (entry !== undefined && !entry.isLoading && isShortOf(entry.history.peek(), time)) {
      if (!(await this.#load(ticketId, entry, entry.history.peek().cursor))) break;
    }
    // What changed meanwhile has waited for the older ones.
    if (entry?.isStale && !entry.isLoading) await this.#refresh(ticketId, entry);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#tickets.clear();
  }

  #catchUp(hasGap: boolean): void {
    this.#tickets.catchUp(hasGap, (ticketId, entry) => {
      if (hasGap || (entry.isStale && !entry.isLoading)) void this.#refresh(ticketId, entry);
    });
  }

  #notice({ kind, ticket }: Event): void {
    const entry = ticket === null ? undefined : this.#tickets.get(ticket.ticket_id);
    if (ticket === null || entry === undefined) return;
    // A reply changes a ticket that was solved or snoozed, and is among the changes then.
    const hasMoved = entry.status !== null && entry.status !== ticket.status;
    entry.status = ticket.status;
    if (CHANGING.has(kind) || hasMoved) void this.#refresh(ticket.ticket_id, entry);
  }

  /** Fetch the latest page; what changes while it is on its way is fetched once more. */
  async #refresh(ticketId: number, entry: Entry): Promise<void> {
    entry.isStale = true;
    if (entry.isLoading) return;
    while (entry.isStale) {
      entry.isStale = false;
      if (await this.#load(ticketId, entry, null)) continue;
      // The thread can be read without; it is asked for again when the server is back.
      entry.isStale = true;
      return;
    }
  }

  /** Returns whether the page has come. */
  async #load(ticketId: number, entry: Entry, cursor: string | null): Promise<boolean> {
    entry.isLoading = true;
    try {
      const page = await this.#project.call("ticket.history", { ticket_id: ticketId, cursor, limit: PAGE_LENGTH });
      if (this.#tickets.get(ticketId) !== entry) return false;
      entry.history.value = joined(entry.history.peek(), page, cursor !== null);
      return true;
    } catch {
      return false;
    } finally {
      entry.isLoading = false;
    }
  }
}

function isShortOf({ changes, cursor }: History, time: number): boolean {
  return cursor !== null && (changes[0]?.at ?? 0) > time;
}

/** Return the history with a page, which is the latest one or the one before all. */
function joined(known: History, page: HistoryPage, isOlder: boolean): History {
  const rows = new Map([...known.changes, ...page.changes].map((row) => [row.change_id, row]));
  const first = page.changes.at(-1)?.change_id ?? 0;
  // Between the latest page and what was known there may be others: they are asked for again.
  const hasGap = !isOlder && page.next_cursor !== null && !known.changes.some((row) => row.change_id >= first);
  const changes = hasGap ? page.changes : [...rows.values()];
  return {
    changes: changes.toSorted((one, other) => one.change_id - other.change_id),
    names: { ...known.names, ...page.names },
    cursor: isOlder || hasGap || known.changes.length === 0 ? page.next_cursor : known.cursor,
  };
}

export const ticketHistoriesOf = perUser((project) => new TicketHistories(project));
