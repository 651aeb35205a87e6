/**
 * Which messages of a long thread are on the page: a span of them, which moves as a reader scrolls.
 *
 * Its ends are ids, so that what arrives before or behind the span moves nothing in it.
 */
import { type Signal, signal } from "@preact/signals-core";

// A thread that is opened shows this many.
const FIRST_SHOWN = 60;
// No message is lower than this: so many of them fill a screen, and the first picture waits for no more.
const LEAST_HEIGHT_PX = 64;
// As many come when a reader nears an end.
const STEP = 50;
// More than this slow a page down; those that are far from the reader go.
const MOST = 200;
// A message that a link names stands among its neighbours.
const BEFORE_MARKED = 25;
const BEHIND_MARKED = 35;

/** A null end is that of the thread; a null beginning is a screen or two before the end. */
type Span = { first: number | null; last: number | null };

export type Range = { start: number; end: number };

export class MessageWindow {
  readonly #span = signal<Span>({ first: null, last: null });
  /** How many are shown before the end. */
  readonly #length: Signal<number>;

  /** With the height of the screen, the thread opens with as many as fill it; `fill` puts the others above them. */
  constructor(screenPx = Number.POSITIVE_INFINITY) {
    this.#length = signal(Math.min(FIRST_SHOWN, Math.ceil(screenPx / LEAST_HEIGHT_PX)));
  }

  /** Whether all that an opened thread shows is there, and not only a screen of it. */
  get isFilled(): boolean {
    return this.#length.value === FIRST_SHOWN;
  }

  /** Show all that an opened thread shows. */
  fill(): void {
    this.#length.value = FIRST_SHOWN;
  }

  /** Whether the thread's last message is shown, and what arrives is too. */
  get isAtEnd(): boolean {
    return this.#span.value.last === null;
  }

  /** Return which of a thread's messages are shown, by place. */
  rangeIn(ids: readonly number[]): Range {
    const { first, last } = this.#span.value;
    const lastAt = last === null ? -1 : ids.indexOf(last);
    const end = lastAt < 0 ? ids.length : lastAt + 1;
    const firstAt = first === null ? -1 : ids.indexOf(first);
    return { start: firstAt < 0 || firstAt >= end ? Math.max(0, end - this.#length.value) : firstAt, end };
  }

  /** Show older ones; those at the other end go when there are too many. */
  showOlder(ids: readonly number[]): void {
    const { start, end } = this.rangeIn(ids);
    const from = Math.max(0, start - STEP);
    this.#show(ids, { start: from, end: Math.min(end, from + MOST) });
  }

  showNewer(ids: readonly number[]): void {
    const { start, end } = this.rangeIn(ids);
    const to = Math.min(ids.length, end + STEP);
    this.#show(ids, { start: Math.max(start, to - MOST), end: to });
  }

  /** Show a message and what stands around it; returns whether it is among these. */
  showAround(ids: readonly number[], id: number): boolean {
    const at = ids.indexOf(id);
    if (at < 0) return false;
    this.#show(ids, { start: Math.max(0, at - BEFORE_MARKED), end: Math.min(ids.length, at + BEHIND_MARKED) });
    return true;
  }

  showEnd(): void {
    this.#span.value = { first: null, last: null };
  }

  #show(ids: readonly number[], { start, end }: Range): void {
    this.#span.value = {
      first: ids[start] ?? null,
      last: end >= ids.length ? null : (ids[end - 1] ?? null),
    };
  }
}
