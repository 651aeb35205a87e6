/** What a user sets on a ticket, as it looks before the server has it. */
import type { Params } from "../../api/client.ts";
import type { TicketSummary } from "../../api/wire.ts";

/** Fields of `ticket.update`; what is not given stays, a null assignee is no one. */
export type TicketPatch = Omit<Params<"ticket.update">, "ticket_id">;

export function applyPatch(ticket: TicketSummary, patch: TicketPatch): TicketSummary {
  const { status, priority, assignee, snoozed_until, add_tags, remove_tags } = patch;
  const kept = ticket.tags.filter((tag) => !remove_tags?.includes(tag));
  return {
    ...ticket,
    status: status ?? ticket.status,
    priority: priority ?? ticket.priority,
    assignee: assignee === undefined ? ticket.assignee : assignee,
    // Their name comes with the server's answer.
    assignee_name: assignee === undefined || assignee === ticket.assignee ? ticket.assignee_name : null,
    snoozed_until: snoozed_until ?? (status ? null : ticket.snoozed_until),
    tags: [...new Set([...kept, ...(add_tags ?? [])])],
  };
}
