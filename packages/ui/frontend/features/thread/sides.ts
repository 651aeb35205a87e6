/** Who a message is from, as the thread shows it. */
import type { Message, TicketSummary } from "../../api/wire.ts";
import type { Opening } from "../../stores/project_data.ts";

export type Side = "customer" | "team" | "note";

export function sideOf(message: Message, ticket: TicketSummary): Side {
  if (message.kind === "note") return "note";
  const asks = [ticket.customer, ...ticket.collaborators];
  return asks.includes(message.author) ? "customer" : "team";
}

/** Return all of a ticket, oldest first: its own text among the messages, of which older ones were merged into it. */
export function withOpening(ticket: TicketSummary, opening: Opening | null, messages: Message[]): Message[] {
  if (opening === null) return messages;
  const place = messages.findIndex((message) => message.created_at >= ticket.created_at);
  return messages.toSpliced(place < 0 ? messages.length : place, 0, openingOf(ticket, opening));
}

/** Return the ticket's own text as the first message of its thread. */
export function openingOf(ticket: TicketSummary, { body, attachments }: Opening): Message {
  return {
    message_id: 0,
    ticket_id: ticket.ticket_id,
    kind: "reply",
    author: ticket.customer,
    author_name: ticket.customer_name,
    body,
    created_at: ticket.created_at,
    edited_at: null,
    attachments,
  };
}
