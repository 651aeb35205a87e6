/** Which of a ticket's messages are on the page: its own text stands first, and a span of the others below it. */
import type { ChangeOfTicket, Message } from "../../api/wire.ts";
import { formatDay } from "../../i18n/times.ts";
import type { MessageWindow } from "./message_window.ts";
import { isPrinting } from "./printing.ts";
import { buildTimeline, type Item } from "./timeline.ts";

export type Shown = {
  /** The ticket's own text where it stands first; null where older messages were merged in. */
  opening: Message | null;
  /** All others that were fetched, and their ids. */
  rest: Message[];
  ids: number[];
  /** The span of them. */
  start: number;
  end: number;
  /** Whether there are others before the span. */
  hasOlder: boolean;
};

/** Return what is shown of these messages, of which more may be on the server before them. */
export function showMessages(all: Message[], hasMore: boolean, window: MessageWindow): Shown {
  const opening = all[0]?.message_id === 0 ? all[0] : null;
  const rest = opening === null ? all : all.slice(1);
  const ids = rest.map(({ message_id }) => message_id);
  const { start, end } = isPrinting.value ? { start: 0, end: ids.length } : window.rangeIn(ids);
  return { opening, rest, ids, start, end, hasOlder: start > 0 || hasMore };
}

/** Return the items before what stands for the older messages, and those behind it. */
export function itemsOf(
  { opening, rest, start, end, hasOlder }: Shown,
  changes: readonly ChangeOfTicket[],
  newFrom: number | null,
): { above: Item[]; below: Item[] } {
  const span = rest.slice(start, end);
  const first = opening === null ? [] : [opening];
  const none = { changes: [], hasOlder: false, next: null, newFrom: null, dayOf: formatDay };
  return {
    above: hasOlder ? buildTimeline({ ...none, messages: first }) : [],
    below: buildTimeline({
      messages: hasOlder ? span : [...first, ...span],
      changes,
      hasOlder,
      next: rest[end] ?? null,
      newFrom,
      dayOf: formatDay,
    }),
  };
}
