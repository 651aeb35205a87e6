/** What a user is told of by their desktop or by a sound: what concerns them, and was not their own doing. */
import type { Event, Message, Ticket, User } from "../../api/wire.ts";
import { plainWords } from "../plain_words.ts";
import { findMentions } from "../team/mentions.ts";

export type NewsKind = "ticket" | "reply" | "mention";

export type News = {
  kind: NewsKind;
  /** The same in every tab, and that of no other event. */
  key: string;
  project: string;
  ticketId: number;
  title: string;
  /** Who has written; empty for one who is not named. */
  author: string;
  text: string;
};

const EXCERPT_LENGTH = 140;
// The signs of Markdown are taken out of no more than this.
const EXCERPT_SOURCE = 1_000;

/** Return what an event is to a user; null for nothing that they are told of. */
export function newsOf(project: string, event: Event, me: User | null): News | null {
  const { ticket, message } = event;
  if (ticket === null || me === null) return null;
  const kind = kindOf(event, ticket, message, me);
  if (kind === null) return null;
  return {
    kind,
    key: `${project}/${event.seq}`,
    project,
    ticketId: ticket.ticket_id,
    title: ticket.title,
    author: message?.author_name ?? ticket.customer_name,
    text: excerpt(message?.body ?? ticket.body),
  };
}

function kindOf({ kind }: Event, ticket: Ticket, message: Message | null, me: User): NewsKind | null {
  const isStaff = me.role !== "customer";
  if (kind === "ticket.created") {
    // An agent who files a ticket for a customer follows it from its first moment.
    const isOwn = ticket.customer === me.user_id || ticket.followers.includes(me.user_id);
    return isStaff && !isOwn ? "ticket" : null;
  }
  if (message === null || message.author === me.user_id) return null;
  if (kind === "message.noted") return isStaff && mentions(message.body, me.user_id) ? "mention" : null;
  if (kind !== "message.replied") return null;
  return !isStaff || isOf(ticket, me.user_id) ? "reply" : null;
}

/** Whether an agent takes part in a ticket, or has filed it. */
function isOf({ assignee, followers, customer }: Ticket, userId: string): boolean {
  return assignee === userId || customer === userId || followers.includes(userId);
}

function mentions(body: string, userId: string): boolean {
  return findMentions(body).some(({ ids }) => ids.includes(userId));
}

function excerpt(body: string): string {
  const line = plainWords(body.slice(0, EXCERPT_SOURCE));
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH - 1).trimEnd()}…` : line;
}
