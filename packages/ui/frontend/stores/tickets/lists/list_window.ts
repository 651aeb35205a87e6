/**
 * Which rows of a long list are drawn: those in sight and a margin, and the few that must be there all the time.
 *
 * All rows have the same height, so that a row's place follows from its number.
 */
import { signal } from "@preact/signals-core";

/** Rows from `first` up to, and without, `last`. */
export type Range = { readonly first: number; readonly last: number };

// Rows beyond the edges: as many as a turn of the wheel brings into sight before the next frame.
const MARGIN = 10;

export class ListWindow {
  readonly range = signal<Range>({ first: 0, last: 0 });
  readonly rowHeight = signal(1);
  #top = 0;
  #height = 0;
  #count = 0;
  #margin: number;

  /** With a smaller margin, a list opens with fewer rows; `widen` draws the others. */
  constructor(margin = MARGIN) {
    this.#margin = margin;
  }

  /** Draw the whole margin. */
  widen(): void {
    this.#margin = MARGIN;
    this.#update();
  }

  /** The rows that are in sight, those in part among them. */
  get inSight(): Range {
    const first = Math.min(this.#count, Math.max(0, Math.floor(this.#top / this.rowHeight.peek())));
    const last = Math.min(this.#count, Math.ceil((this.#top + this.#height) / this.rowHeight.peek()));
    return { first, last: Math.max(first, last) };
  }

  /** Whether the list is at its top, where new rows are shown as they come. */
  get isAtTop(): boolean {
    return this.#top < this.rowHeight.peek() / 2;
  }

  /** Take the height of what is in sight, and that of a row. */
  resize(height: number, rowHeight: number): void {
    this.#height = height;
    this.rowHeight.value = Math.max(1, rowHeight);
    this.#update();
  }

  /** Take how many rows there are. */
  fit(count: number): void {
    this.#count = count;
    this.#update();
  }

  /** Take how far the list was scrolled. */
  scroll(top: number): void {
    this.#top = Math.max(0, top);
    this.#update();
  }

  /** Return how far to scroll so that a row is wholly in sight; null where it is. */
  reveal(index: number): number | null {
    const top = index * this.rowHeight.peek();
    if (top < this.#top) return top;
    const bottom = top + this.rowHeight.peek() - this.#height;
    return bottom > this.#top ? bottom : null;
  }

  /** A range that still has what is in sight, and half of the margin, stays: a short way draws nothing. */
  #update(): void {
    const { first, last } = this.inSight;
    const range = this.range.peek();
    const spare = this.#margin / 2;
    const hasFirst = range.first <= Math.max(0, first - spare);
    const hasLast = range.last >= Math.min(this.#count, last + spare) && range.last <= this.#count;
    const isShort = range.last - range.first <= last - first + 3 * MARGIN;
    if (hasFirst && hasLast && isShort) return;
    this.range.value = { first: Math.max(0, first - this.#margin), last: Math.min(this.#count, last + this.#margin) };
  }
}

/** Return the numbers of the rows to draw, in order: the range, and those around the rows that are pinned. */
export function drawnRows({ first, last }: Range, pinned: readonly number[], count: number): number[] {
  const rows = new Set<number>();
  // A list may have become shorter since the range was taken.
  for (let index = first; index < Math.min(last, count); index += 1) rows.add(index);
  for (const pin of pinned) {
    if (pin < 0) continue;
    // Keys step from a pinned row to its neighbours.
    for (const index of [pin - 1, pin, pin + 1]) if (index >= 0 && index < count) rows.add(index);
  }
  return [...rows].sort((one, other) => one - other);
}

/**
 * Return by how many rows those that were in sight have moved: `before` are their keys, from the row `first` on.
 *
 * It is what most of them have moved by: one that has left its place by itself takes no other with it.
 */
export function shiftOf(before: readonly string[], first: number, indexOf: (key: string) => number): number {
  const votes = new Map<number, number>();
  before.forEach((key, offset) => {
    const index = indexOf(key);
    if (index >= 0) votes.set(index - first - offset, (votes.get(index - first - offset) ?? 0) + 1);
  });
  let shift = 0;
  for (const [by, count] of votes) if (count > (votes.get(shift) ?? 0)) shift = by;
  return shift;
}
