/** The latest tickets of a customer, other than the one that is read. */
import type { Call } from "../../api/client.ts";
import type { TicketSummary } from "../../api/wire.ts";

export const SHOWN = 5;

/** Return the filter that finds all of a customer's tickets. */
export function customerFilter(customer: string): string {
  return `customer:${JSON.stringify(customer)}`;
}

/** Fetch them, the latest activity first, and whether there are more; throws `ApiError`. */
export async function fetchOthers(
  call: Call,
  { customer, ticket_id: own }: TicketSummary,
): Promise<{ tickets: TicketSummary[]; hasMore: boolean }> {
  const page = await call("ticket.list", { filter: customerFilter(customer), limit: SHOWN + 2 });
  const others = page.tickets.filter((ticket) => ticket.ticket_id !== own);
  return { tickets: others.slice(0, SHOWN), hasMore: others.length > SHOWN };
}
