/** What merging one ticket into another will do, as its agent is told before: the server's rules, ahead of it. */
import type { Status, TicketSummary } from "../../api/wire.ts";

export type MergePlan = {
  /** Why it is refused as things are; null where it is not. */
  obstacle: "same" | "source-merged" | "target-merged" | "people" | null;
  /** How many messages move, the text of the ticket among them. */
  moved: number;
  /** Whether the ticket that stays is closed, and has to be opened for it. */
  needsReopen: boolean;
  /** Whether the ticket that stays opens, because the other one is unanswered. */
  opens: boolean;
  /** Who follows the ticket that stays from then on. */
  newFollowers: string[];
  /** What does not move. */
  lostTags: string[];
  lostAssignee: string | null;
  /** Who sees one of the two and not the other. */
  onlySource: string[];
  onlyTarget: string[];
};

const UNANSWERED: readonly Status[] = ["new", "open", "snoozed"];

export function planMerge(source: TicketSummary, target: TicketSummary): MergePlan {
  const onlySource = peopleOf(source).filter((user) => !peopleOf(target).includes(user));
  const onlyTarget = peopleOf(target).filter((user) => !peopleOf(source).includes(user));
  const needsReopen = target.status === "closed";
  const isUnanswered = UNANSWERED.includes(source.status);
  const takesPart = participantsOf(target);
  return {
    obstacle: obstacleOf(source, target, onlySource.length + onlyTarget.length > 0),
    moved: source.message_count + 1,
    needsReopen,
    opens: !needsReopen && isUnanswered && target.status !== "open",
    newFollowers: participantsOf(source).filter((user) => !takesPart.includes(user)),
    lostTags: source.tags.filter((tag) => !target.tags.includes(tag)),
    lostAssignee: source.assignee !== null && source.assignee !== target.assignee ? source.assignee_name : null,
    onlySource,
    onlyTarget,
  };
}

/** Return which of two stays, as it is offered first: the older one, unless that is closed and the other is not. */
export function chooseTarget(one: TicketSummary, other: TicketSummary): TicketSummary {
  const [older, newer] = one.ticket_id < other.ticket_id ? [one, other] : [other, one];
  const isUsable = (ticket: TicketSummary) => ticket.merged_into === null && ticket.status !== "closed";
  return isUsable(older) || !isUsable(newer) ? older : newer;
}

function obstacleOf(source: TicketSummary, target: TicketSummary, differ: boolean): MergePlan["obstacle"] {
  if (source.ticket_id === target.ticket_id) return "same";
  if (source.merged_into !== null) return "source-merged";
  if (target.merged_into !== null) return "target-merged";
  return differ ? "people" : null;
}

/** Those outside the team who see a ticket. */
export function peopleOf(ticket: TicketSummary): string[] {
  return [...new Set([ticket.customer, ...ticket.collaborators])];
}

/** The agents who take part. */
function participantsOf({ assignee, followers }: TicketSummary): string[] {
  return [...new Set([...(assignee === null ? [] : [assignee]), ...followers])];
}
