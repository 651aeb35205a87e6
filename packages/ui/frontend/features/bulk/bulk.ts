/** Which tickets are selected on this page, and what is done with them. */
import { effect, signal } from "@preact/signals-core";
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { BulkRun, BulkTicket, BulkWork } from "../../stores/bulk/bulk_run.ts";
import { type Named, TicketChanges } from "../../stores/bulk/ticket_changes.ts";
import type { DeskTicket } from "../../stores/desk.ts";
import { Selection } from "../../stores/tickets/selection.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";

export const selection = new Selection();
export const changes = new TicketChanges();
/** Whether the bar has been wanted, so that its part of the page is loaded. */
export const isBarWanted = signal(false);

/** Another view, or another user, begins without a selection; what one user has changed, another does not undo. */
export function followSelection(): void {
  effect(() => {
    void desk.listed.value;
    selection.clear();
  });
  effect(() => {
    void desk.home.value?.session.me.value?.user_id;
    selection.clear();
    changes.dismiss();
  });
  effect(() => {
    if (selection.isActive.value || changes.shown.value !== null) isBarWanted.value = true;
  });
}

/** Return the tickets of the list as it is shown, in its order. */
export function listedKeys(): string[] {
  return desk.inbox.peek().map(({ project, ticket }) => ticketKey(project.id, ticket.ticket_id));
}

/** Say how many tickets are selected. */
export function announceSelection(): void {
  desk.announcement.value = tn("{count} ticket is selected", "{count} tickets are selected", selection.count.peek());
}

export function selectedTickets(): DeskTicket[] {
  return selection.keys.peek().flatMap((key) => desk.ticketOf(key) ?? []);
}

/** Change tickets, and say it; what was refused stays selected. `words` are what is done, such as "Solve". */
export async function change(tickets: readonly BulkTicket[], work: BulkWork, words: string): Promise<void> {
  const run = await changes.makeNext(tickets, work, words);
  if (run !== null) finish(run, tickets, words);
}

/** Send what is left of a change that was stopped, or not answered; one change at a time. */
export async function resumeChange({ run, words }: Named): Promise<void> {
  if (changes.isRunning.peek()) return;
  const { left } = run;
  await run.run();
  finish(run, left, words);
}

function finish(run: BulkRun, tickets: readonly BulkTicket[], words: string): void {
  desk.announcement.value = outcomeOf(words, run.changedCount.peek(), run.refused.peek().length);
  const open = new Set([...run.refused.peek(), ...run.left].map(keyOf));
  selection.remove(tickets.map(keyOf).filter((key) => !open.has(key)));
}

function keyOf({ project, ticketId }: BulkTicket): string {
  return ticketKey(project.id, ticketId);
}

export async function undoChange(): Promise<void> {
  if (!changes.canUndo.peek()) {
    desk.announcement.value = t("There is nothing to undo");
    return;
  }
  const isWhole = await changes.undo(t("Undo"));
  desk.announcement.value = isWhole ? t("Undone") : t("Not everything could be undone");
}

/** Return the sentence that says how a change ended. */
export function outcomeOf(words: string, changed: number, refused: number): string {
  const done = tn("{words}: {count} ticket changed", "{words}: {count} tickets changed", changed, { words });
  return refused === 0
    ? done
    : t("{done}, {refused}", { done, refused: tn("{count} refused", "{count} refused", refused) });
}
