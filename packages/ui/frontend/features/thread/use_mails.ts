/** Which messages of a ticket came by mail: agents are told. */
import type { TicketSummary } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";
import { type Mails, ticketMailsOf } from "../../stores/tickets/ticket_mails.ts";

const NONE: Mails = new Map();

export function useMails(project: Project, ticket: TicketSummary): Mails {
  return project.session.isStaff.value ? ticketMailsOf(project).of(ticket.ticket_id) : NONE;
}
