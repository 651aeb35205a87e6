/** Who a message is from, as the thread shows it. */
import type { Message, Ticket } from "../../api/wire.ts";

export type Side = "customer" | "team" | "note";

export function sideOf(message: Message, ticket: Ticket): Side {
  if (message.kind === "note") return "note";
  return message.author === ticket.customer ? "customer" : "team";
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
