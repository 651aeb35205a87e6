/** The rows of the list: those in sight are drawn, and the next page is fetched before it is in sight. */
import { useSignalEffect } from "@preact/signals";
import { desk } from "../../app.ts";
import { now } from "../../i18n/times.ts";
import type { DeskRow } from "../../stores/tickets/lists/desk_rows.ts";
import { drawnRows } from "../../stores/tickets/lists/list_window.ts";
import { Contained } from "../../ui/contained.tsx";
import { SelectBox } from "../bulk/select_box.tsx";
import { ListEnd } from "./list_end.tsx";
import { TicketRow } from "./ticket_row.tsx";
import { keyOf, useListWindow } from "./use_list_window.ts";

// Rows that are still there when the next page is asked for: a few turns of the wheel.
const AHEAD = 25;

export function TicketRows() {
  const rows = desk.rows.value;
  const { view, scroller, current, focused, focus } = useListWindow(rows);
  const range = view.range.value;
  const rowHeight = view.rowHeight.value;
  const focusedIndex = focused.value === null ? -1 : rows.indexOf(focused.value.project, focused.value.id);
  const drawn = drawnRows(range, [focusedIndex, current], rows.length);
  const tabStop = [focusedIndex, current, view.inSight.first].find((index) => index >= 0) ?? 0;
  useSignalEffect(() => {
    const { last } = view.range.value;
    if (last === 0 || last + AHEAD < desk.rows.value.length) return;
    for (const pages of desk.projects.map((project) => desk.pagesOf(project))) if (pages.isOpen) void pages.loadMore();
  });
  useSignalEffect(() => {
    now.value;
    for (const project of desk.projects) desk.pagesOf(project).list.rank();
  });
  const isWhole = desk.projects.every((project) => desk.pagesOf(project).list.cursor.value === null);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = stepOf(event, { at: focusedIndex, length: rows.length, page: view.inSight.last - view.inSight.first });
    if (to === null) return;
    event.preventDefault();
    focus(to);
  };
  return (
    <div ref={scroller} class="ticket-scroller" onScroll={(event) => view.scroll(event.currentTarget.scrollTop)}>
      <ul
        class="tickets"
        style={{ height: `${rows.length * rowHeight}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={(event) => {
          focused.value = rowOf(event.target);
        }}
        onFocusOut={(event) => {
          const row = event.target as HTMLElement;
          // A row that was taken away has lost the focus to nothing, and the next one takes it.
          requestAnimationFrame(() => {
            if (row.isConnected && document.activeElement !== row && isSame(focused.value, rowOf(row)))
              focused.value = null;
          });
        }}
      >
        {drawn.map((index) => {
          const row = rows.at(index) as DeskRow;
          return (
            <li
              key={keyOf(row)}
              style={{ transform: `translateY(${index * rowHeight}px)` }}
              aria-posinset={index + 1}
              aria-setsize={isWhole ? rows.length : -1}
            >
              <SelectBox
                project={row.project}
                ticketId={row.id}
                title={row.project.data.ticket(row.id)?.title ?? String(row.id)}
              />
              <Contained>
                <TicketRow row={row} isTabStop={index === tabStop} isCurrent={index === current} />
              </Contained>
            </li>
          );
        })}
      </ul>
      {desk.projects.map((project) => (
        <ListEnd key={project.id} project={project} />
      ))}
    </div>
  );
}

/** Return the row to which a key leads from the focused one; null for a key that leads nowhere. */
function stepOf(event: KeyboardEvent, { at, length, page }: { at: number; length: number; page: number }) {
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + Math.max(1, page - 1),
    PageUp: at - Math.max(1, page - 1),
    Home: 0,
    End: length - 1,
  };
  return steps[event.key] ?? null;
}

function rowOf(target: EventTarget | null): DeskRow | null {
  const key = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-ticket]")?.dataset.ticket : undefined;
  const found = desk.ticketOf(key ?? "");
  return found && { project: found.project, id: found.ticketId };
}

function isSame(one: DeskRow | null, other: DeskRow | null): boolean {
  return one?.project === other?.project && one?.id === other?.id;
}
