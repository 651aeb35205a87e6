/** Does what the keys say, by the controls that are on the page: a key reaches nothing that a hand does not. */
import { signal } from "@preact/signals-core";
import { desk, keySetting } from "../../app.ts";
import { actionOf, type KeyAction, step } from "./keys.ts";

/** Whether the list of the keys is shown. */
export const showsHelp = signal(false);

const TICKETS = ".tickets .ticket";

export function followKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (showsHelp.value) return;
    const isStaff = desk.home.value?.session.isStaff.value ?? false;
    const action = actionOf(event, { isTyping: isTyping(event.target), isStaff });
    // Where the keys are off, their list still shows how to turn them on.
    if (action === null || !(keySetting.isOn.value || action === "help")) return;
    event.preventDefault();
    run(action);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}

function run(action: KeyAction): void {
  if (action === "help") showsHelp.value = true;
  else if (action === "next") move(1);
  else if (action === "previous") move(-1);
  else if (action === "open") focusedTicket()?.click();
  else if (action === "reply" || action === "note") write(action);
  else choose(action);
}

function focusedTicket(): HTMLElement | null {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && focused.matches(TICKETS) ? focused : null;
}

/** In a ticket, another one is opened; in the list, another row has the focus. */
function move(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>(TICKETS)];
  const focused = focusedTicket();
  const at = rows.findIndex((row) => (focused === null ? row.ariaCurrent === "page" : row === focused));
  const row = rows[step(rows.length, at, by)];
  if (row === undefined) return;
  if (desk.route.value.view === "thread" && focused === null) row.click();
  else row.focus();
}

/** Turn to the reply or to the note, and to its text. */
function write(kind: "reply" | "note"): void {
  document.querySelector<HTMLElement>(`.kind[data-key="${kind}"]`)?.click();
  // The other form is drawn first.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".composer textarea")?.focus());
}

function choose(field: "assign" | "status" | "tags"): void {
  const control = document.querySelector<HTMLElement>(`.panel [data-key="${field}"]`);
  if (control === null) return;
  control.focus();
  control.scrollIntoView({ block: "nearest", inline: "nearest" });
}
