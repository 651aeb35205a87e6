/** Actions in the list: moving, opening and selecting. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { announceSelection, listedKeys, selection } from "../bulk/bulk.ts";
import { type Action, focusedRow, rows, ticketOfRow } from "./action.ts";
import { step } from "./step.ts";

export const LIST_ACTIONS: readonly Action[] = [
  { id: "next", words: t("Next ticket"), group: "list", keys: ["j"], isAvailable: hasRows, run: () => move(1) },
  { id: "previous", words: t("Ticket before"), group: "list", keys: ["k"], isAvailable: hasRows, run: () => move(-1) },
  {
    id: "open",
    words: t("Open the ticket"),
    group: "list",
    keys: ["o"],
    isAvailable: () => focusedRow() !== null,
    run: () => focusedRow()?.click(),
  },
  {
    id: "select",
    words: t("Select the ticket"),
    group: "list",
    keys: ["x"],
    isOfStaff: true,
    isAvailable: () => (ticketOfRow(focusedRow()) ?? desk.openTicket.value) !== null,
    run: select,
  },
  {
    id: "select.next",
    words: t("Select on to the next ticket"),
    group: "list",
    keys: ["J"],
    isOfStaff: true,
    isAvailable: hasRows,
    run: () => extend(1),
  },
  {
    id: "select.previous",
    words: t("Select on to the ticket before"),
    group: "list",
    keys: ["K"],
    isOfStaff: true,
    isAvailable: hasRows,
    run: () => extend(-1),
  },
  {
    id: "select.all",
    words: t("Select all that are listed"),
    group: "list",
    keys: ["* a"],
    isOfStaff: true,
    isAvailable: hasRows,
    run: () => {
      selection.replace(listedKeys());
      announceSelection();
    },
  },
  {
    id: "select.none",
    words: t("Select none"),
    group: "list",
    keys: ["* n", "Escape"],
    isOfStaff: true,
    isAvailable: () => selection.isActive.value,
    run: () => {
      selection.clear();
      announceSelection();
    },
  },
];

function hasRows(): boolean {
  return rows().length > 0;
}

/** In a ticket, another one is opened; in the list, another row has the focus. */
function move(by: number): void {
  const listed = rows();
  const focused = focusedRow();
  const at = listed.findIndex((row) => (focused === null ? row.ariaCurrent === "page" : row === focused));
  const row = listed[step(listed.length, at, by)];
  if (row === undefined) return;
  if (desk.route.value.view === "thread" && focused === null) row.click();
  else row.focus();
}

function select(): void {
  const one = ticketOfRow(focusedRow()) ?? desk.openTicket.value;
  if (one === null) return;
  selection.toggle(ticketKey(one.project.id, one.ticketId));
  announceSelection();
}

/** Take the focus one row on, and the selection with it. */
function extend(by: number): void {
  const from = ticketOfRow(focusedRow());
  if (from !== null && !selection.isActive.peek()) selection.toggle(ticketKey(from.project.id, from.ticketId));
  move(by);
  const to = ticketOfRow(focusedRow());
  if (to === null) return;
  selection.extend(ticketKey(to.project.id, to.ticketId), listedKeys());
  announceSelection();
}
