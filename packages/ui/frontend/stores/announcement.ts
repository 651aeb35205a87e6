/** What a screen reader says when an event brings news. */
import type { Event, EventKind } from "../api/wire.ts";

// What a user wants to read; that a field was set is shown, and no more.
const NEWS: ReadonlySet<EventKind> = new Set(["ticket.created", "ticket.shown", "message.replied", "message.noted"]);

/** Return the sentence for an event; null where it is no news, or the user's own doing. */
export function announce(event: Event, me: string | null): string | null {
  const { kind, ticket, message } = event;
  if (ticket === null || !NEWS.has(kind)) return null;
  const author = message?.author ?? ticket.customer;
  if (author === me) return null;
  if (kind === "ticket.created") return `New ticket from ${ticket.customer_name}: ${ticket.title}`;
  const what = kind === "message.noted" ? "wrote a note on" : "answered";
  return `${message?.author_name ?? "Somebody"} ${what} ${ticket.title}`;
}
