/** The figures of a span of days, and the tickets behind one of them. */
import { batch, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { ERROR_CODES, type Overview, type StatsDay, type StatsRow, type TicketSummary } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import { daysOfBar } from "./plot.ts";
import { type FigureQuery, type StatsQuery, spanOf } from "./query.ts";
import { daysBetween } from "./zones.ts";

const PAGE_LENGTH = 100;

export type Figures = {
  overview: Overview;
  days: StatsDay[];
  /** The days as bars stand for them, where a bar stands for several. */
  groups: StatsDay[];
  tags: StatsRow[];
  agents: StatsRow[];
};

export class Stats {
  readonly #call: Call;
  /** Those of the last question; null until they were fetched. */
  readonly figures = signal<Figures | null>(null);
  readonly problem = signal<ApiError | null>(null);
  readonly tickets = signal<TicketSummary[] | null>(null);
  readonly ticketsProblem = signal<ApiError | null>(null);
  /** Where the next page of tickets begins; null where there is none. */
  readonly after = signal<number | null>(null);
  /** Count the questions, so that the answer to an earlier one is never taken. */
  #asked = 0;
  #listed = 0;
  /** Of which span the figures are, or will be. */
  #span = "";

  constructor(call: Call) {
    this.#call = call;
  }

  /** Ask for the figures of a span. */
  async load({ days, zone }: StatsQuery): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const span = spanOf(days, zone);
    const place = JSON.stringify(span);
    // Figures of other days would stand under the names of these, also in a file.
    if (place !== this.#span) this.figures.value = null;
    this.#span = place;
    try {
      const [overview, byDay, groups, tags, agents] = await Promise.all([
        this.#call("stats.overview", span),
        this.#call("stats.by_day", { ...span, time_zone: zone }),
        this.#groups({ ...span, time_zone: zone }, daysOfBar(daysBetween(days.first, days.last) + 1)),
        this.#call("stats.by_tag", span),
        this.#call("stats.by_agent", span),
      ]);
      if (asked !== this.#asked) return;
      batch(() => {
        this.figures.value = { overview, days: byDay.days, groups, tags: tags.rows, agents: agents.rows };
        this.problem.value = null;
      });
    } catch (error) {
      if (asked === this.#asked) this.problem.value = toApiError(error);
    }
  }

  /** List the first tickets behind a figure, or none. */
  async list(query: FigureQuery | null, zone: string): Promise<void> {
    this.#listed += 1;
    batch(() => {
      this.tickets.value = null;
      this.ticketsProblem.value = null;
      this.after.value = null;
    });
    if (query !== null) await this.#page(query, zone);
  }

  /** List the next ones behind it. */
  more(query: FigureQuery, zone: string): Promise<void> {
    return this.#page(query, zone);
  }

  close(): void {
    this.#asked += 1;
    this.#listed += 1;
  }

  async #groups(span: { start: number; end: number; time_zone: string }, each: number): Promise<StatsDay[]> {
    if (each === 1) return [];
    try {
      return (await this.#call("stats.by_day", { ...span, days_each: each })).days;
    } catch (error) {
      // An older server puts none together.
      if (toApiError(error).code !== ERROR_CODES["invalid-params"]) throw error;
      return [];
    }
  }

  async #page({ figure, days, agent, tag }: FigureQuery, zone: string): Promise<void> {
    const listed = this.#listed;
    const params = { ...spanOf(days, zone), figure, after: this.after.peek(), limit: PAGE_LENGTH };
    const only = { ...(agent !== "" && { agent }), ...(tag !== "" && { tag }) };
    try {
      const page = await this.#call("stats.tickets", { ...params, ...only });
      if (listed !== this.#listed) return;
      batch(() => {
        this.tickets.value = [...(this.tickets.peek() ?? []), ...page.tickets];
        this.after.value = page.next_after;
        this.ticketsProblem.value = null;
      });
    } catch (error) {
      if (listed === this.#listed) this.ticketsProblem.value = toApiError(error);
    }
  }
}

export const statsOf = perUser((project) => new Stats(project.call));
