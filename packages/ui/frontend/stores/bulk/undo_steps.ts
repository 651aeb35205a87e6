/** What takes a change of tickets back: for each ticket what it had before, as few calls as there are differences. */
import type { Status, TicketSummary } from "../../api/wire.ts";
import type { TicketPatch } from "../tickets/ticket_patch.ts";

export type UndoStep = { ids: number[]; patch: TicketPatch };

/**
 * Return the steps, in their order, that give tickets what a patch has changed.
 *
 * Nothing becomes new again: what was new is open afterwards. What was closed opens before it becomes anything else. A
 * snooze whose time has come is not put back.
 */
export function undoSteps(before: readonly TicketSummary[], patch: TicketPatch, now = Date.now()): UndoStep[] {
  const first = new Map<string, UndoStep>();
  const second = new Map<string, UndoStep>();
  for (const ticket of before) {
    const inverse = inverseOf(ticket, patch, now);
    if (Object.keys(inverse).length === 0) continue;
    const hasToOpen = patch.status === "closed" && inverse.status !== undefined && inverse.status !== "open";
    if (hasToOpen) put(first, { status: "open" }, ticket.ticket_id);
    put(second, inverse, ticket.ticket_id);
  }
  return [...first.values(), ...second.values()];
}

function put(steps: Map<string, UndoStep>, patch: TicketPatch, id: number): void {
  const name = JSON.stringify(patch);
  const step = steps.get(name);
  if (step === undefined) steps.set(name, { ids: [id], patch });
  else step.ids.push(id);
}

function inverseOf(ticket: TicketSummary, patch: TicketPatch, now: number): TicketPatch {
  const inverse: TicketPatch = {};
  if (patch.status != null) Object.assign(inverse, statusBefore(ticket, patch, now));
  if (patch.assignee !== undefined && patch.assignee !== ticket.assignee) inverse.assignee = ticket.assignee;
  if (patch.priority != null && patch.priority !== ticket.priority) inverse.priority = ticket.priority;
  const added = patch.add_tags?.filter((tag) => !ticket.tags.includes(tag)) ?? [];
  const removed = patch.remove_tags?.filter((tag) => ticket.tags.includes(tag)) ?? [];
  if (added.length > 0) inverse.remove_tags = added;
  if (removed.length > 0) inverse.add_tags = removed;
  return inverse;
}

function statusBefore(ticket: TicketSummary, patch: TicketPatch, now: number): TicketPatch {
  const { status, snoozed_until: until } = ticket;
  if (status === "snoozed") {
    if (until === null || until <= now) return patch.status === "open" ? {} : { status: "open" };
    return patch.status === "snoozed" && patch.snoozed_until === until ? {} : { status, snoozed_until: until };
  }
  if (status === patch.status) return {};
  const restored: Status = status === "new" ? "open" : status;
  return restored === patch.status ? {} : { status: restored };
}
