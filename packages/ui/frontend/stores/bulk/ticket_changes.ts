/** The last change of tickets that an agent has made by a key, the bar or the palette: its progress, and its undoing. */
import { computed, effect, signal } from "@preact/signals-core";
import { applyPatch } from "../tickets/ticket_patch.ts";
import { BulkRun, type BulkTicket, type BulkWork } from "./bulk_run.ts";

/** What is said of a change: what it does, in words such as "Solve". */
export type Named = { run: BulkRun; words: string; isUndo: boolean };

export class TicketChanges {
  readonly last = signal<Named | null>(null);
  /** Those before it of which something was refused, or not answered: it stays to be read until the report is closed. */
  readonly earlier = signal<readonly Named[]>([]);
  readonly #isHidden = signal(false);
  /** Counts the users: what waited for a change of another one is not made. */
  #epoch = 0;
  /** The change whose report is shown: one that was hidden can still be taken back. */
  readonly shown = computed(() => (this.#isHidden.value ? null : this.last.value));
  readonly isRunning = computed(() => [this.last.value, ...this.earlier.value].some((one) => one?.run.isRunning.value));
  /** Whether the last change can be taken back, as far as it was done. */
  readonly canUndo = computed(() => {
    const last = this.last.value;
    if (last === null || last.isUndo || this.isRunning.value || last.run.work.kind === "macro") return false;
    return last.run.changedCount.value > 0;
  });

  /** Change tickets; one change at a time. Returns the run once it has ended, null where another one is on its way. */
  async make(tickets: readonly BulkTicket[], work: BulkWork, words: string): Promise<BulkRun | null> {
    if (tickets.length === 0 || this.isRunning.peek()) return null;
    const run = new BulkRun(tickets, work);
    this.#show({ run, words, isUndo: false });
    await run.run();
    return run;
  }

  /**
   * Change tickets once the change before has ended: keys are quicker than answers.
   *
   * A ticket that is by then as it is to be stays out of it, so that a key that was pressed twice can be taken back.
   */
  async makeNext(tickets: readonly BulkTicket[], work: BulkWork, words: string): Promise<BulkRun | null> {
    const epoch = this.#epoch;
    const waits = this.isRunning.peek();
    while (this.isRunning.peek()) await this.#ended();
    if (epoch !== this.#epoch) return null;
    return this.make(waits ? tickets.filter((one) => !isDone(one, work)) : tickets, work, words);
  }

  /** Take the last change back; returns whether there was one to take back, and all of it was. */
  async undo(words: string): Promise<boolean> {
    const last = this.last.peek();
    if (last === null || !this.canUndo.peek()) return false;
    let isWhole = true;
    for (const { project, ids, patch } of last.run.undo()) {
      const tickets = ids.map((ticketId) => ({ project, ticketId }));
      const run = new BulkRun(tickets, { kind: "patch", patch });
      this.#show({ run, words, isUndo: true });
      await run.run();
      isWhole &&= run.isComplete.peek() && run.refused.peek().length === 0;
      // What was not answered is left as it is: its reader decides.
      if (!run.isComplete.peek()) return false;
    }
    if (this.last.peek() === last) this.last.value = null;
    return isWhole;
  }

  /** Hide the report. */
  hide(): void {
    if (this.isRunning.peek()) return;
    this.#isHidden.value = true;
    this.earlier.value = [];
  }

  /** Forget the change: another user neither goes on with it nor takes it back. */
  dismiss(): void {
    this.#epoch += 1;
    for (const one of [this.last.peek(), ...this.earlier.peek()]) one?.run.stop();
    this.last.value = null;
    this.earlier.value = [];
  }

  #ended(): Promise<void> {
    return new Promise((resolve) => {
      const end = effect(() => {
        if (this.isRunning.value) return;
        resolve();
        queueMicrotask(() => end());
      });
    });
  }

  #show(named: Named): void {
    const before = this.shown.peek();
    // What is taken back has nothing more to say.
    const isOver = before === null || (named.isUndo && !before.isUndo);
    if (!isOver && hasFailed(before.run)) this.earlier.value = [...this.earlier.peek(), before];
    this.#isHidden.value = false;
    this.last.value = named;
  }
}

function hasFailed({ refused, problem }: BulkRun): boolean {
  return refused.peek().length > 0 || problem.peek() !== null;
}

function isDone({ project, ticketId }: BulkTicket, work: BulkWork): boolean {
  const ticket = project.data.ticket(ticketId);
  if (ticket === null || work.kind === "macro") return false;
  return JSON.stringify(applyPatch(ticket, work.patch)) === JSON.stringify(ticket);
}
