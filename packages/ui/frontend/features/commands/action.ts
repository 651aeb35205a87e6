/** What can be done on the page, by a key, the palette or the list of keys. */
import type { MessageKind } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import type { DeskTicket } from "../../stores/desk.ts";
import { selectedTickets, selection } from "../bulk/bulk.ts";

/** Where an action stands in the list of the keys. */
export type Group = "page" | "go" | "list" | "ticket";

export type Action = {
  id: string;
  words: string;
  group: Group;
  /** The keys that it has until its user gives it others. */
  keys: readonly string[];
  /** Whether it is for agents alone. */
  isOfStaff?: boolean;
  /** Whether it leads to a text: keys that follow at once are letters of that, and do nothing else. */
  opensText?: boolean;
  /** Whether there is something to do it with now; by default there is. */
  isAvailable?: () => boolean;
  /** What is said where its key is pressed and this user may not do it; null where there is nothing to say. */
  refusal?: () => string | null;
  run: () => void;
};

const TICKETS = ".tickets .ticket";

/** Whether the action can be run by this user now. */
export function canRun(action: Action): boolean {
  return (desk.isStaff.value || !action.isOfStaff) && (action.isAvailable?.() ?? true);
}

/** Do what the action does, or say why this user may not. */
export function runAction(action: Action): void {
  const refusal = action.refusal?.() ?? null;
  if (refusal === null) action.run();
  else desk.announcement.warn(refusal);
}

/** Whether a key of the action does something, if it only says why it does nothing. */
export function takesKeys(action: Action): boolean {
  return canRun(action) || (desk.isStaff.value && (action.refusal?.() ?? null) !== null);
}

export function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(TICKETS)];
}

/** Return the row that has the focus, or whose box has it. */
export function focusedRow(): HTMLElement | null {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement)) return null;
  if (focused.matches(TICKETS)) return focused;
  return focused.closest("li")?.querySelector<HTMLElement>(TICKETS) ?? null;
}

export function ticketOfRow(row: HTMLElement | null): DeskTicket | null {
  return desk.ticketOf(row?.dataset.ticket ?? "");
}

/** Return what an action on tickets is about: the selected ones, else that of the focused row, else the open one. */
export function aboutTickets(): DeskTicket[] {
  if (selection.isActive.peek()) return selectedTickets();
  const one = ticketOfRow(focusedRow()) ?? desk.openTicket.value;
  return one === null ? [] : [one];
}

/** Return a control of the page by the name that it has for keys; not one of a dialog that was closed and is still drawn. */
export function control(name: string, within = "body"): HTMLElement | null {
  const named = document.querySelectorAll<HTMLElement>(`${within} [data-key="${name}"]`);
  return [...named].find((found) => found.checkVisibility()) ?? null;
}

// A part of the page is loaded, or unfolded, when it is first wanted.
const PATIENCE_MS = 3_000;

/** Do something with a control that may not be drawn yet; not on another view than that on which it was asked for. */
export function whenDrawn(find: () => HTMLElement | null, act: (found: HTMLElement) => void): void {
  const until = Date.now() + PATIENCE_MS;
  const route = desk.route.peek();
  const look = () => {
    const found = find();
    if (found !== null) act(found);
    else if (Date.now() < until && desk.route.peek() === route) requestAnimationFrame(look);
  };
  look();
}

/** Have the panel of the open ticket draw a control that it holds back: behind its line on a phone, or its button. */
export function unfold(name: string): void {
  if (control(name, ".panel") !== null) return;
  (control("sheet", ".panel") ?? control("details", ".panel"))?.click();
}

/** Turn to the reply or to the note, and to its text; where a closed ticket takes none, to what opens it again. */
export function focusText(kind: MessageKind): void {
  const text = () => document.querySelector<HTMLElement>(".composer textarea");
  // Customers have no choice of forms.
  const ready = () => control(kind, ".composer") ?? text();
  whenDrawn(ready, () => {
    control(kind, ".composer")?.click();
    if (text() === null) control("write", ".composer")?.click();
    // The other form is drawn first.
    const place = () => text() ?? control("reopen", ".composer");
    requestAnimationFrame(() => whenDrawn(place, (found) => found.focus()));
  });
}
