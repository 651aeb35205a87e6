/** What a screen reader says, which of it an event brings as news, and what everybody has to read. */
import { signal } from "@preact/signals-core";
import type { Event, EventKind } from "../api/wire.ts";
import { t } from "../i18n/translate.ts";

// What a user wants to read; that a field was set is shown, and no more.
const NEWS: ReadonlySet<EventKind> = new Set(["ticket.created", "ticket.shown", "message.replied", "message.noted"]);

/** The sentence of the page's live region. One that is said again is another text: the same would not be heard. */
export class Announcement {
  readonly #text = signal("");
  /** What was not done, where nothing else on the page says it: each stays until its reader closes it. */
  readonly warnings = signal<readonly string[]>([]);

  get value(): string {
    return this.#text.value;
  }

  set value(sentence: string) {
    const isRepeated = sentence !== "" && sentence === this.#text.peek();
    this.#text.value = isRepeated ? `${sentence}\u00a0` : sentence;
  }

  /** Say a sentence that everybody is to read. */
  warn(sentence: string): void {
    this.value = sentence;
    this.warnings.value = [...this.warnings.peek().filter((one) => one !== sentence), sentence];
  }
}

/** Return the sentence for an event; null where it is no news, or the user's own doing. */
export function announce(event: Event, me: string | null): string | null {
  const { kind, ticket, message } = event;
  if (ticket === null || !NEWS.has(kind)) return null;
  const author = message?.author ?? ticket.customer;
  // An agent who files a ticket for a customer follows it from its first moment.
  const isFiled = kind === "ticket.created" && me !== null && ticket.followers.includes(me);
  if (author === me || isFiled) return null;
  if (kind === "ticket.created")
    return t("New ticket from {customer}: {title}", { customer: ticket.customer_name, title: ticket.title });
  const values = { author: message?.author_name ?? t("Somebody"), title: ticket.title };
  if (kind === "message.noted") return t("{author} wrote a note on {title}", values);
  return t("{author} answered {title}", values);
}
