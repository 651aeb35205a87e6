/** What a macro changes on a ticket, field by field. */
import type { Priority, Status, TicketSummary } from "../../api/wire.ts";

export type FieldChange =
  | { field: "status"; before: Status; after: Status }
  | { field: "priority"; before: Priority; after: Priority }
  | { field: "assignee"; before: string | null; after: string | null }
  | { field: "snoozed_until"; after: number }
  | { field: "added" | "removed"; tags: string[] }
  | { field: "follow" };

type Compared = Pick<
  TicketSummary,
  "status" | "priority" | "assignee" | "assignee_name" | "snoozed_until" | "tags" | "followers"
>;

/** Return what differs between a ticket and what a macro would make of it, for the agent who runs it. */
export function changesOf(before: Compared, after: Compared, agent: string): FieldChange[] {
  const changes: FieldChange[] = [];
  if (before.status !== after.status) changes.push({ field: "status", before: before.status, after: after.status });
  if (after.snoozed_until !== null && before.snoozed_until !== after.snoozed_until) {
    changes.push({ field: "snoozed_until", after: after.snoozed_until });
  }
  if (before.priority !== after.priority) {
    changes.push({ field: "priority", before: before.priority, after: after.priority });
  }
  if (before.assignee !== after.assignee) {
    changes.push({ field: "assignee", before: nameOf(before), after: nameOf(after) });
  }
  const added = after.tags.filter((tag) => !before.tags.includes(tag));
  const removed = before.tags.filter((tag) => !after.tags.includes(tag));
  if (added.length > 0) changes.push({ field: "added", tags: added });
  if (removed.length > 0) changes.push({ field: "removed", tags: removed });
  if (after.followers.includes(agent) && !before.followers.includes(agent)) changes.push({ field: "follow" });
  return changes;
}

function nameOf({ assignee, assignee_name: name }: Compared): string | null {
  return name ?? assignee;
}
