/**
 * One change of many tickets on its way: portion by portion, with a result for each ticket.
 *
 * What is set shows at once, and is undone where it is refused, which does not stop the others. Where the server does not answer, the rest waits: it is sent again as it
 * is, which does nothing twice.
 */
import { batch, computed, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, parseError, toApiError } from "../../api/errors.ts";
import { readFailure } from "../../api/failures.ts";
import type { Results, TicketResult, TicketSummary } from "../../api/wire.ts";
import { applyPatch, type TicketPatch } from "../tickets/ticket_patch.ts";
import type { Change } from "../versioned_table.ts";
import { type UndoStep, undoSteps } from "./undo_steps.ts";

// What the server changes in one transaction; progress is shown after each.
const PORTION = 50;

/** A project, as far as a change of tickets needs it. */
export type BulkProject = {
  readonly id: string;
  readonly call: Call;
  readonly data: {
    ticket(id: number): TicketSummary | null;
    changeTicket(id: number, show: (ticket: TicketSummary) => TicketSummary): Change<TicketSummary>;
  };
};
export type BulkTicket = { project: BulkProject; ticketId: number };
export type Refused = BulkTicket & { title: string; problem: ApiError };
export type BulkWork =
  | { kind: "patch"; patch: TicketPatch }
  /** The token makes sending again safe. */
  | { kind: "macro"; macroId: number; token: string };

type Portion = { project: BulkProject; ids: number[] };
type Before = { project: BulkProject; ticket: TicketSummary };

export class BulkRun {
  readonly work: BulkWork;
  readonly total: number;
  readonly #left = signal<BulkTicket[]>([]);
  readonly #before = new Map<BulkTicket, TicketSummary>();
  readonly #changed: Before[] = [];
  readonly refused = signal<Refused[]>([]);
  readonly isRunning = signal(false);
  /** Why the rest waits; null while nothing does. */
  readonly problem = signal<ApiError | null>(null);
  readonly done = computed(() => this.total - this.#left.value.length);
  readonly changedCount = computed(() => this.done.value - this.refused.value.length);
  readonly isComplete = computed(() => this.#left.value.length === 0);
  #isStopped = false;

  constructor(tickets: readonly BulkTicket[], work: BulkWork) {
    this.work = work;
    this.total = tickets.length;
    this.#left.value = [...tickets];
    for (const one of tickets) {
      const ticket = one.project.data.ticket(one.ticketId);
      if (ticket !== null) this.#before.set(one, ticket);
    }
  }

  /** Send what is left; again, after a problem or a stop. Fails into `problem`, never by throwing. */
  async run(): Promise<void> {
    if (this.isRunning.peek()) return;
    this.isRunning.value = true;
    this.problem.value = null;
    this.#isStopped = false;
    try {
      while (this.#left.peek().length > 0 && !this.#isStopped) await this.#sendPortion();
    } catch (error) {
      this.problem.value = toApiError(error);
    } finally {
      this.isRunning.value = false;
    }
  }

  /** Send no further portion. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The tickets that wait, or were never sent. */
  get left(): readonly BulkTicket[] {
    return this.#left.peek();
  }

  /** Return what takes the change back, by project; nothing for a macro, whose messages are sent. */
  undo(): Array<UndoStep & { project: BulkProject }> {
    const { work } = this;
    if (work.kind === "macro") return [];
    const projects = [...new Set(this.#changed.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const mine = this.#changed.filter((one) => one.project === project && isStill(one, work.patch));
      return undoSteps(
        mine.map(({ ticket }) => ticket),
        work.patch,
      ).map((step) => ({ ...step, project }));
    });
  }

  async #sendPortion(): Promise<void> {
    const portion = nextPortion(this.#left.peek());
    const shown = this.#show(portion);
    try {
      const { results } = await send(portion, this.work);
      const answered = new Map(results.map((result) => [result.ticket_id, result]));
      const taken = this.#left.peek().filter(({ project, ticketId }) => isIn(portion, project, ticketId));
      batch(() => {
        for (const one of taken) this.#take(one, answered.get(one.ticketId), shown.get(one.ticketId));
        this.#left.value = this.#left.peek().filter((one) => !taken.includes(one));
      });
    } catch (error) {
      for (const change of shown.values()) change.undo();
      throw error;
    }
  }

  /** Show what is set before the server has it; what a macro does is the server's to say. */
  #show({ project, ids }: Portion): Map<number, Change<TicketSummary>> {
    const { work } = this;
    if (work.kind === "macro") return new Map();
    const show = (ticket: TicketSummary) => applyPatch(ticket, work.patch);
    return batch(() => new Map(ids.map((id) => [id, project.data.changeTicket(id, show)])));
  }

  #take(one: BulkTicket, result: TicketResult | undefined, shown: Change<TicketSummary> | undefined): void {
    const before = this.#before.get(one);
    if (result?.ticket) {
      const { updated_at: at } = result.ticket;
      shown?.settle((ticket) => ticket.updated_at >= at);
      if (before !== undefined) this.#changed.push({ project: one.project, ticket: before });
      return;
    }
    shown?.undo();
    const problem = result?.error ? readFailure(result.error) : parseError({ code: 0, message: "" });
    this.refused.value = [...this.refused.peek(), { ...one, title: before?.title ?? "", problem }];
  }
}

/** Return as many of the first project's tickets as go in one call. */
function nextPortion(left: readonly BulkTicket[]): Portion {
  const [first] = left;
  if (first === undefined) throw new Error("nothing is left");
  const { project } = first;
  const mine = left.filter((one) => one.project === project).slice(0, PORTION);
  return { project, ids: mine.map(({ ticketId }) => ticketId) };
}

function isIn(portion: Portion, project: BulkProject, id: number): boolean {
  return portion.project === project && portion.ids.includes(id);
}

function send({ project, ids }: Portion, work: BulkWork): Promise<Results> {
  if (work.kind === "patch") return project.call("ticket.bulk", { ticket_ids: ids, ...work.patch });
  return project.call("macro.run", { ticket_ids: ids, macro_id: work.macroId, client_token: work.token });
}

/** Whether a ticket has still what was set: what a colleague has changed since stays theirs. */
function isStill({ project, ticket }: Before, patch: TicketPatch): boolean {
  const now = project.data.ticket(ticket.ticket_id);
  // The event of the change itself may not be here yet.
  if (now === null || now.updated_at <= ticket.updated_at) return true;
  return (
    (patch.status == null || now.status === patch.status) &&
    (patch.priority == null || now.priority === patch.priority) &&
    (patch.assignee === undefined || now.assignee === patch.assignee)
  );
}
