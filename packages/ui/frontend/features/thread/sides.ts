/** Who a message is from, as the thread shows it. */
import type { Message, Ticket } from "../../api/wire.ts";

export type Side = "customer" | "team" | "note";

export function sideOf(message: Message, ticket: Ticket): Side {
  if (message.kind === "note") return "note";
  return message.author === ticket.customer ? "customer" : "team";
}

/** Return all of a ticket, oldest first: its own text among the messages, of which older ones were merged into it. */
export function withOpening(ticket: Ticket, messages: Message[]): Message[] {
  const older = messages.findIndex((message) => message.created_at >= ticket.created_at);
  return messages.toSpliced(older < 0 ? messages.length : older, 0, openingOf(ticket));
}

/** Return the ticket's own text as the first message of its thread. */
export function openingOf(ticket: Ticket): Message {
  return {
    message_id: 0,
    ticket_id: ticket.ticket_id,
    kind: "reply",
    author: ticket.customer,
    author_name: ticket.customer_name,
    body: ticket.body,
    created_at: ticket.created_at,
    edited_at: null,
    attachments: ticket.attachments,
  };
}
