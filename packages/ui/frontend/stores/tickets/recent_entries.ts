/** What is known of the tickets that were shown last; of others it is asked for again. */

// More than anybody goes back and forth between; each asks the server after what happens on its ticket.
export const MOST_RECENT = 20;

export class RecentEntries<Entry> {
  readonly #entries = new Map<number, Entry>();

  /** Return what is known of a ticket that is shown now. */
  show(ticketId: number): Entry | undefined {
    const known = this.#entries.get(ticketId);
    if (known !== undefined) this.add(ticketId, known);
    return known;
  }

  /** Return what is known of a ticket. */
  get(ticketId: number): Entry | undefined {
    return this.#entries.get(ticketId);
  }

  add(ticketId: number, entry: Entry): void {
    this.#entries.delete(ticketId);
    this.#entries.set(ticketId, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST_RECENT) return;
      this.#entries.delete(oldest);
    }
  }

  /** Give on the one that was shown last; after a gap the others are forgotten, and asked for when they are shown. */
  catchUp(hasGap: boolean, ask: (ticketId: number, entry: Entry) => void): void {
    const latest = [...this.#entries].at(-1);
    if (latest === undefined) return;
    if (hasGap) {
      this.#entries.clear();
      this.#entries.set(...latest);
    }
    ask(...latest);
  }

  clear(): void {
    this.#entries.clear();
  }
}
