/** The orders of a list, and how the server is asked for each: it has lists by activity and by id, and filters. */
import type { Call, Params } from "../../../api/client.ts";
import type { TicketPage, TicketSummary } from "../../../api/wire.ts";
import { MOST_URGENT_FIRST } from "../priorities.ts";
import type { Ranked } from "./ordered_rows.ts";

export const LIST_ORDERS = ["activity", "oldest", "priority", "overdue", "due"] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];
export type ListParams = Params<"ticket.list">;

/** A ticket's place; `time` compares it with those of other projects. */
export type TicketRank = Ranked & { readonly time: number };

// A list in several parts is asked for part by part; each is a filter that the server has an index for.
const PARTS: Record<ListOrder, readonly string[]> = {
  activity: [""],
  oldest: [""],
  priority: MOST_URGENT_FIRST.map((priority) => `priority:${priority}`),
  overdue: ["is:overdue", "-is:overdue"],
  // The first part has an order of its own, and with it those tickets alone.
  due: ["", "-is:awaiting"],
};
const CURSOR = /^(\d+)\|(.*)$/s;
// A search through parts in which nothing is found ends here; the next page goes on.
const CALLS_LIMIT = 8;

/** Return a ticket's place in an order, as it is at `now`. */
export function rankOf(ticket: TicketSummary, order: ListOrder, now = Date.now()): TicketRank {
  const { ticket_id: id } = ticket;
  // What another project's server says may be no number.
  const activity = -(Number(ticket.updated_at) || 0);
  if (order === "oldest") return { id, segment: 0, place: id, time: Number(ticket.created_at) || 0 };
  if (order === "due" && isAwaiting(ticket)) {
    const due = Number(ticket.first_response_due) || 0;
    return { id, segment: 0, place: due, tie: id, time: due };
  }
  return { id, segment: partOf(ticket, order, now), place: activity, time: activity };
}

export function isOverdue(ticket: TicketSummary, now: number): boolean {
  const { first_response_due: due } = ticket;
  return due !== null && due <= now && isAwaiting(ticket);
}

/** Whether a first answer is promised, and was not given. */
function isAwaiting({ first_response_due: due, first_response_at: given, status }: TicketSummary): boolean {
  return due !== null && given === null && status !== "solved" && status !== "closed";
}

function partOf(ticket: TicketSummary, order: ListOrder, now: number): number {
  if (order === "priority") return MOST_URGENT_FIRST.indexOf(ticket.priority);
  // Next to lists in an order that its own server has refused, a list by activity is of what has no place in it.
  if (order === "due" || order === "activity") return 1;
  return isOverdue(ticket, now) ? 0 : 1;
}

/** Fetch a page of a list behind a cursor, which is empty for the first page; throws `ApiError`. */
export async function fetchPage(
  call: Call,
  params: ListParams,
  { order, cursor, limit }: { order: ListOrder; cursor: string; limit: number },
): Promise<TicketPage> {
  const parts = PARTS[order];
  let place = placeOf(cursor, parts);
  for (let calls = 1; ; calls += 1) {
    const page = await call("ticket.list", paramsOf(params, order, place, limit));
    const isLast = page.next_cursor === null && place.part + 1 >= parts.length;
    const next =
      page.next_cursor === null ? { part: place.part + 1, cursor: "" } : { ...place, cursor: page.next_cursor };
    const next_cursor = isLast ? null : cursorOf(next, parts);
    if (page.tickets.length > 0 || isLast || calls >= CALLS_LIMIT) return { ...page, next_cursor };
    place = next;
  }
}

type Place = { part: number; cursor: string };

/** In a list of one part the cursor is the server's. */
function cursorOf({ part, cursor }: Place, parts: readonly string[]): string {
  return parts.length === 1 ? cursor : `${part}|${cursor}`;
}

function placeOf(cursor: string, parts: readonly string[]): Place {
  const match = parts.length === 1 ? null : CURSOR.exec(cursor);
  return match === null ? { part: 0, cursor } : { part: Number(match[1]), cursor: match[2] ?? "" };
}

function paramsOf(params: ListParams, order: ListOrder, { part, cursor }: Place, limit: number): ListParams {
  const filter = narrow(params.filter ?? "", order, part);
  return {
    ...params,
    ...(filter !== "" && { filter }),
    ...(cursor !== "" && { cursor }),
    ...(order === "oldest" && { order: "id" as const }),
    ...(order === "due" && part === 0 && { order: "first_response_due" as const }),
    limit,
    unread: true,
  };
}

/** Return a filter that finds one part of what `filter` finds. */
function narrow(filter: string, order: ListOrder, part: number): string {
  const term = PARTS[order][part] ?? "";
  // Of several priorities any one would do: where the filter names some, all the others are excluded.
  const excludes = order === "priority" && /(^|\s)priority:/i.test(filter);
  const terms = excludes ? PARTS.priority.filter((_, index) => index !== part).map((other) => `-${other}`) : [term];
  return [filter, ...terms].filter((one) => one !== "").join(" ");
}
