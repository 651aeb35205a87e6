/** News that come at once, as after a sleep or when the server is back: many of them are told as one. */
import { ticketKey } from "../tickets/unread.ts";
import type { News } from "./news.ts";

// Events that were missed come within some milliseconds of each other; those of a long outage in batches.
const QUIET_MS = 150;
const LONGEST_MS = 1_500;
// As many as a reader takes in one by one.
const MOST_ALONE = 3;
const MOST_NAMED = 3;

export type Summary = { count: number; titles: string[]; ticketId: number | null };

/** Collects what comes at once, and gives it on together. */
export class NewsBurst<Item> {
  readonly #give: (items: Item[]) => void;
  #waiting: Item[] = [];
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(give: (items: Item[]) => void) {
    this.#give = give;
  }

  add(item: Item): void {
    if (this.#waiting.length === 0) this.#since = Date.now();
    this.#waiting.push(item);
    clearTimeout(this.#timer);
    const left = this.#since + LONGEST_MS - Date.now();
    this.#timer = setTimeout(() => this.#give(this.#waiting.splice(0)), Math.max(0, Math.min(QUIET_MS, left)));
  }
}

/** Return what stands for so many news; null where each is told alone. */
export function summarize(all: readonly News[]): Summary | null {
  if (all.length <= MOST_ALONE) return null;
  const titles = new Map(all.map(({ project, ticketId, title }) => [ticketKey(project, ticketId), title]));
  const ticketId = titles.size === 1 ? (all[0]?.ticketId ?? null) : null;
  return { count: titles.size, titles: [...titles.values()].slice(0, MOST_NAMED), ticketId };
}
