/** Connects the window over a list to the element that scrolls: sizes, the way scrolled, the focus, and what must stay put. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { density, desk } from "../../app.ts";
import { type Density, ROW_HEIGHT_REM } from "../../stores/tickets/density.ts";
import type { DeskRow, DeskRows } from "../../stores/tickets/lists/desk_rows.ts";
import { ListWindow, shiftOf } from "../../stores/tickets/lists/list_window.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { afterPicture } from "../../ui/drawing/next_picture.ts";
import { listWidth } from "./tag_room.ts";

export function keyOf({ project, id }: DeskRow): string {
  return ticketKey(project.id, id);
}

export function useListWindow(rows: DeskRows) {
  const view = useMemo(() => new ListWindow(0), []);
  const scroller = useRef<HTMLDivElement>(null);
  const focused = useSignal<DeskRow | null>(null);
  const chosen = density.value.value;
  useSize(view, scroller, chosen);
  useAnchor(view, rows, scroller);
  // The first picture waits for no row that is out of sight.
  useLayoutEffect(() => afterPicture(() => view.widen()), [view]);
  const current = currentIndex(rows);
  useCurrent(view, rows, scroller, current);
  const focus = (index: number) => {
    const row = rows.at(Math.max(0, Math.min(rows.length - 1, index)));
    if (row === undefined) return;
    scrollTo(view, scroller.current, rows.indexOf(row.project, row.id));
    focused.value = row;
    // It is drawn first, where it was not.
    requestAnimationFrame(() => linkOf(scroller.current, row)?.focus({ preventScroll: true }));
  };
  useKeptFocus(rows, scroller, focused, focus);
  return { view, scroller, current, focused, focus };
}

type Scroller = { current: HTMLDivElement | null };

function linkOf(scroller: HTMLDivElement | null, row: DeskRow): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-ticket="${CSS.escape(keyOf(row))}"]`) ?? null;
}

function scrollTo(view: ListWindow, scroller: HTMLDivElement | null, index: number): void {
  const top = view.reveal(index);
  if (top === null || scroller === null) return;
  scroller.scrollTop = top;
  view.scroll(top);
}

/** Follow the size of what is in sight and of the page's text. */
function useSize(view: ListWindow, scroller: Scroller, chosen: Density): void {
  useLayoutEffect(() => {
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const element = scroller.current;
      const before = view.rowHeight.peek();
      view.resize(element?.clientHeight ?? 0, ROW_HEIGHT_REM[chosen] * rem);
      // Half of that font's size is as fine as tags need it.
      listWidth.value = Math.floor(((element?.clientWidth ?? 0) / rem) * 2) / 2;
      if (element === null) return;
      const after = view.rowHeight.peek();
      // What is at the top stays there when rows become higher or lower; the list has its new height first.
      if (before !== 1 && before !== after) {
        list(element).style.height = `${(list(element).offsetHeight / before) * after}px`;
        element.scrollTop = (element.scrollTop / before) * after;
      }
      view.scroll(element.scrollTop);
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (scroller.current !== null) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [chosen]);
}

function list(scroller: HTMLDivElement): HTMLElement {
  return scroller.firstElementChild as HTMLElement;
}

/** Keep what is in sight where it is, while rows come and go above it. */
function useAnchor(view: ListWindow, rows: DeskRows, scroller: Scroller): void {
  const before = useRef<{ rows: DeskRows; first: number; keys: DeskRow[]; listed: string } | null>(null);
  const listed = `${desk.listed.value} ${desk.order.value}`;
  useLayoutEffect(() => {
    const element = scroller.current;
    const last = before.current;
    if (element !== null && last !== null && last.listed !== listed) element.scrollTop = 0;
    else if (element !== null && last !== null && last.rows !== rows && !view.isAtTop) {
      const byKey = new Map(last.keys.map((row) => [keyOf(row), row]));
      const indexOf = (key: string) => {
        const row = byKey.get(key);
        return row === undefined ? -1 : rows.indexOf(row.project, row.id);
      };
      const shift = shiftOf([...byKey.keys()], last.first, indexOf);
      if (shift !== 0) element.scrollTop += shift * view.rowHeight.peek();
    }
    view.fit(rows.length);
    view.scroll(element?.scrollTop ?? 0);
    const { first, last: end } = view.inSight;
    const keys: DeskRow[] = [];
    for (let index = first; index < end; index += 1) {
      const row = rows.at(index);
      if (row !== undefined) keys.push(row);
    }
    before.current = { rows, first, keys, listed };
  });
}

/** Bring the ticket that is opened into sight, as when a key goes on to the next one. */
function useCurrent(view: ListWindow, rows: DeskRows, scroller: Scroller, index: number): void {
  const key = index < 0 ? "" : keyOf(rows.at(index) as DeskRow);
  useEffect(() => {
    if (index >= 0) scrollTo(view, scroller.current, index);
  }, [key]);
}

function currentIndex(rows: DeskRows): number {
  const open = desk.openTicket.value;
  return open === null ? -1 : rows.indexOf(open.project, open.ticketId);
}

/** Give the focus of a row that has left the list to the one in its place. */
function useKeptFocus(
  rows: DeskRows,
  scroller: Scroller,
  focused: { value: DeskRow | null },
  focus: (index: number) => void,
): void {
  const place = useRef(-1);
  useLayoutEffect(() => {
    const row = focused.value;
    if (row === null) return;
    const index = rows.indexOf(row.project, row.id);
    if (index >= 0) {
      place.current = index;
      return;
    }
    focused.value = null;
    const isLost = document.activeElement === document.body || scroller.current?.contains(document.activeElement);
    if (isLost && rows.length > 0) focus(place.current);
  });
}
