/** Gives the open tickets of one agent to another, before that agent leaves. */
import type { Call } from "../../api/client.ts";
import { ApiError } from "../../api/errors.ts";
import { readFailure } from "../../api/failures.ts";
import { fetchAllPages, LONGEST_PAGE } from "../all_pages.ts";
import { sayRefusal } from "../refusals/refusals_part.ts";

// The most tickets that one bulk update takes.
const AT_ONCE = 100;
// What comes while the others are handed over is a few tickets; more rounds would be a race.
const ROUNDS = 5;

/** Return the ids of the tickets that are assigned to an agent and not done; throws `ApiError`. */
export async function openTicketsOf(call: Call, agent: string): Promise<number[]> {
  const asked = { filter: openFilter(agent), order: "id" as const, limit: LONGEST_PAGE };
  return fetchAllPages(async (cursor) => {
    const page = await call("ticket.list", { ...asked, cursor });
    return { items: page.tickets.map(({ ticket_id: id }) => id), next: page.next_cursor };
  });
}

/** Return the filter that lists them. */
export function openFilter(agent: string): string {
  return `assignee:"${agent.replaceAll('"', '\\"')}" -is:done`;
}

export type HandOver = {
  agent: string;
  /** The id of the colleague; null for no one. */
  to: string | null;
  /** Is told how many are done, of how many. */
  report: (done: number, total: number) => void;
};

/**
 * Assign all of them; returns how many. Throws `ApiError`, also where the server refuses one of them: the agent does not
 * leave then, and the same again goes on from there.
 */
export async function handOver(call: Call, { agent, to, report }: HandOver): Promise<number> {
  let done = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const tickets = await openTicketsOf(call, agent);
    if (tickets.length === 0) return done;
    const total = done + tickets.length;
    for (let from = 0; from < tickets.length; from += AT_ONCE) {
      const portion = tickets.slice(from, from + AT_ONCE);
      report(done, total);
      await assign(call, portion, to);
      done += portion.length;
    }
    report(done, total);
  }
  return done;
}

async function assign(call: Call, tickets: number[], to: string | null): Promise<void> {
  const { results } = await call("ticket.bulk", { ticket_ids: tickets, assignee: to });
  const refused = results.find(({ error }) => error !== null && error.reason !== "not-found");
  if (!refused?.error) return;
  const { ticket_id: id, error } = refused;
  const problem = sayRefusal(readFailure(error));
  throw new ApiError(`#${id}: ${problem.message}`, problem);
}
