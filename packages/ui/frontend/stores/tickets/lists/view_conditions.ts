/** Which tickets are in the views that every agent has: as the server has it, so that a list follows the events alone. */
import type { Status, TicketSummary, User } from "../../../api/wire.ts";
import type { BuiltIn } from "../../route.ts";
import type { Condition } from "../ticket_list.ts";
import type { ListParams } from "./list_order.ts";

/** What the inbox is asked for with: for agents what is neither solved nor closed, for customers all that they see. */
export const INBOX_VIEW: ListParams = { view: "inbox" };

type Belongs = (ticket: TicketSummary, me: string) => boolean;

const DONE: ReadonlySet<Status> = new Set(["solved", "closed"]);
const ACTIVE: ReadonlySet<Status> = new Set(["new", "open", "waiting"]);

const BELONGS: Record<BuiltIn | "inbox", Belongs> = {
  inbox: ({ status }) => !DONE.has(status),
  unassigned: ({ status, assignee }) => assignee === null && (status === "new" || status === "open"),
  mine: ({ status, assignee }, me) => assignee === me && ACTIVE.has(status),
  participating: ({ status, assignee, followers }, me) =>
    ACTIVE.has(status) && (assignee === me || followers.includes(me)),
  open: ({ status }) => ACTIVE.has(status),
  waiting: ({ status }) => status === "waiting",
  snoozed: ({ status }) => status === "snoozed",
  closed: ({ status }) => DONE.has(status),
};

/** Return the condition of a view for its reader. */
export function conditionOf(view: BuiltIn | "inbox", reader: User | null): Condition {
  if (reader === null || reader.role === "customer") return () => true;
  return (ticket) => BELONGS[view](ticket, reader.user_id);
}
