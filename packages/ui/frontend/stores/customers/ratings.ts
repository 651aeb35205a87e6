/** What customers said of answers: asked for when a solved ticket is read, and kept up to date by events. */
import { type Signal, signal } from "@preact/signals-core";
import type { Event, Rating, Score, TicketSummary } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns } from "../returns.ts";
import { RecentEntries } from "../tickets/recent_entries.ts";

/** As long as the server takes a rating. */
export const RATING_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;

/** `latest` is null while there is none, or none is known; `isMissing` says that the last question had no answer. */
type Entry = { latest: Signal<Rating | null>; isMissing: boolean };

export class Ratings {
  readonly #project: Project;
  /** By ticket, the rating of its latest solving. */
  readonly #tickets = new RecentEntries<Entry>();
  readonly #ends: Array<() => void>;

  constructor(project: Project) {
    this.#project = project;
    this.#ends = [
      project.follow((event) => this.#notice(event)),
      followReturns(project, (hasGap) => this.#catchUp(hasGap)),
    ];
  }

  /** Return what was said of the latest answer, which may be of an earlier solving. */
  of(ticketId: number): Signal<Rating | null> {
    const known = this.#tickets.show(ticketId);
    const entry = known ?? { latest: signal<Rating | null>(null), isMissing: true };
    if (known === undefined) this.#tickets.add(ticketId, entry);
    if (entry.isMissing) void this.#load(ticketId, entry);
    return entry.latest;
  }

  /** Rate the answer of a solved ticket; shown at once, and undone when it is refused. Throws `ApiError`. */
  async rate(ticket: TicketSummary, score: Score, comment: string): Promise<void> {
    const latest = this.of(ticket.ticket_id);
    const before = latest.peek();
    const shown: Rating = {
      noun: "rating",
      ticket_id: ticket.ticket_id,
      solved_at: ticket.solved_at ?? 0,
      user_id: this.#project.session.me.peek()?.user_id ?? "",
      score,
      comment,
      agent: null,
      rated_at: Date.now(),
    };
    latest.value = shown;
    try {
      latest.value = await this.#project.call("rating.rate", { ticket_id: ticket.ticket_id, score, comment });
    } catch (error) {
      if (latest.peek() === shown) latest.value = before;
      throw error;
    }
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

  async #load(ticketId: number, entry: Entry): Promise<void> {
    entry.isMissing = false;
    const before = entry.latest.peek();
    try {
      const { ratings } = await this.#project.call("rating.of_ticket", { ticket_id: ticketId });
      // What was said while the answer was on its way is newer.
      if (entry.latest.peek() === before) entry.latest.value = ratings[0] ?? null;
    } catch {
      // Without an answer, the question is asked of the customer again: a rating takes the place of an earlier one.
      entry.isMissing = true;
    }
  }

  #notice({ record }: Event): void {
    if (record?.noun !== "rating") return;
    const latest = this.#tickets.get(record.ticket_id)?.latest;
    if (latest !== undefined && record.rated_at >= (latest.peek()?.rated_at ?? 0)) latest.value = record;
  }
}

/** Return whether the answer of a ticket can be rated now. */
export function isRatable(ticket: TicketSummary, now: number): boolean {
  const { solved_at: solved, merged_into: merged, first_response_at: answered } = ticket;
  return solved !== null && answered !== null && merged === null && now - solved < RATING_DAYS * DAY_MS;
}

/** Return whether a rating is of the latest solving of a ticket. */
export function isCurrent(rating: Rating | null, ticket: TicketSummary): boolean {
  return rating !== null && rating.solved_at === ticket.solved_at;
}

export const ratingsOf = perUser((project) => new Ratings(project));
