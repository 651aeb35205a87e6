/**
 * The views of one project: how many tickets are in each, and the tickets of the one that is listed.
 *
 * Which tickets are in a view that every agent has follows from the tickets. Which ones a saved view has is the
 * server's to say: it is asked again after what happens, at most so often, and not while the page is hidden. It tells by
 * itself how many are in the views that every agent has. What a ticket shows is true at once, as everywhere.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { Event, SavedCount, TicketPage } from "../../api/wire.ts";
import { LONGEST_PAGE } from "../all_pages.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { BUILT_IN, type BuiltIn, type ListName, savedName } from "../route.ts";
import { Throttle } from "../throttle.ts";
import { UpdateQueue } from "../update_queue.ts";
import { fetchPage, type ListParams } from "./lists/list_order.ts";
import { ListPages, PAGE_LENGTH } from "./lists/list_pages.ts";
import { conditionOf } from "./lists/view_conditions.ts";
import { orderSaved } from "./lists/view_order.ts";
import type { TicketList } from "./ticket_list.ts";

// A busy desk has some events a second; a list that is half a second old is true for its reader.
const LIST_PAUSE_MS = 500;
// To count what a filter finds takes the server longer.
const SAVED_PAUSE_MS = 5_000;

export class Views {
  readonly #project: Project;
  readonly #fetchedCounts = signal<ReadonlyMap<string, number>>(new Map());
  /** By the view's name; empty until the server has told or was asked. */
  readonly counts = computed<ReadonlyMap<string, number | undefined>>(() => {
    const told = this.#project.viewCounts.value;
    return told === null ? this.#fetchedCounts.value : new Map(Object.entries(told));
  });
  /** The saved views, in the order that the user has given them. */
  readonly saved = signal<SavedCount[]>([]);
  /** The orders of saved views that are on their way to the server: the last one counts. */
  readonly orders = new UpdateQueue<"order">();
  readonly list: TicketList;
  readonly pages: ListPages;
  readonly isLoaded = signal(false);
  #listed: ListName = "inbox";
  #knowsSaved = false;
  /** Counts the questions for saved views, so that the answer to an earlier one is never taken. */
  #asked = 0;
  /** Whether something has happened while the page was hidden. */
  #isDue = false;
  /** The tickets that have changed since the saved view was asked for, each with the number of its last event. */
  readonly #changed = new Map<number, number>();
  readonly #savedThrottle: Throttle;
  readonly #listThrottle: Throttle;
  readonly #end: () => void;

  constructor(project: Project) {
    this.#project = project;
    this.list = project.data.newList();
    this.pages = new ListPages({
      list: this.list,
      call: project.call,
      order: project.pages.order,
      params: () => this.#params(),
      took: (page) => project.unread.take(page),
    });
    this.#savedThrottle = new Throttle(() => this.#whileVisible(() => this.#loadSaved()), SAVED_PAUSE_MS);
    this.#listThrottle = new Throttle(() => this.#whileVisible(() => this.#follow()), LIST_PAUSE_MS);
    const ends = [
      project.follow((event) => this.#notice(event)),
      effect(() => {
        if (project.snapshots.value > 0) this.#begin();
      }),
      effect(() => {
        if (project.isVisible.value && this.#isDue) this.#refresh();
      }),
    ];
    this.#end = () => {
      for (const end of ends) end();
    };
  }

  /** Why the view could not be fetched. */
  get problem(): ReadonlySignal<ApiError | null> {
    return this.pages.problem;
  }

  /** List another view. */
  show(name: ListName): void {
    if (name === this.#listed) return;
    this.#listed = name;
    this.relist();
  }

  /** List the view again, in the order that is set now. */
  relist(): void {
    const built = builtIn(this.#listed);
    batch(() => {
      this.pages.begin(built === undefined ? null : conditionOf(built, this.#project.session.me.peek()));
      this.isLoaded.value = false;
      this.#changed.clear();
      this.#project.data.forgetUnlisted();
    });
    // A reader waits for it, so that it is not held back with what events ask for.
    if (this.#listed !== "inbox") void this.#load();
  }

  /** Fetch the next page of the view; its failure is in `problem`. */
  async loadMore(): Promise<void> {
    await this.pages.loadMore();
  }

  /** Take the saved views in another order, before the server has it. */
  reorder(viewIds: number[]): void {
    this.saved.value = orderSaved(this.saved.peek(), viewIds);
  }

  close(): void {
    this.#end();
    this.#savedThrottle.close();
    this.#listThrottle.close();
    this.#project.data.closeList(this.list);
  }

  get #isSavedListed(): boolean {
    return this.#listed !== "inbox" && builtIn(this.#listed) === undefined;
  }

  /** Whether an event changes counts that the server does not tell by itself. */
  get #asksForCounts(): boolean {
    return !this.#knowsSaved || this.saved.peek().length > 0 || this.#project.viewCounts.peek() === null;
  }

  /** After a new snapshot, everything is asked for again. */
  #begin(): void {
    this.#savedThrottle.ask();
    if (this.#listed !== "inbox") this.relist();
  }

  #refresh(): void {
    this.#isDue = false;
    this.#savedThrottle.ask();
    if (this.#isSavedListed) this.#listThrottle.ask();
  }

  #notice({ ticket, record, seq }: Event): void {
    if (record?.noun === "view_order" && !this.orders.isBusy("order")) this.reorder(record.view_ids);
    const isView = record?.noun === "view" || (record?.noun === "removed" && record.of === "view");
    if (isView) {
      // Somebody has saved or deleted one, which is seldom and seen at once.
      void this.#whileVisible(() => this.#loadSaved());
    } else if (ticket === null && record?.noun !== "removed") {
      return;
    } else if (this.#asksForCounts) {
      this.#savedThrottle.ask();
    }
    if (ticket === null || !this.#isSavedListed) return;
    this.#changed.set(ticket.ticket_id, seq);
    this.#listThrottle.ask();
  }

  /** Do it now, or once the page is shown again. */
  async #whileVisible(work: () => Promise<void>): Promise<void> {
    if (this.#project.isVisible.peek()) await work();
    else this.#isDue = true;
  }

  async #loadSaved(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const { views, saved } = await this.#project.call("view.list", { limit: LONGEST_PAGE });
      if (asked !== this.#asked) return;
      batch(() => {
        this.#takeSaved(saved);
        this.#fetchedCounts.value = new Map(views.map(({ name, count }) => [name, count]));
      });
    } catch {
      // The old counts stay; that the server does not answer is said elsewhere.
    }
  }

  #takeSaved(saved: SavedCount[]): void {
    const before = this.#params();
    this.saved.value = saved;
    this.#knowsSaved = true;
    if (!this.#isSavedListed) return;
    // A saved view that an address names is known by now, or is gone; or it has another filter.
    if (!this.isLoaded.peek() || this.#params()?.filter !== before?.filter) this.relist();
  }

  async #load(): Promise<void> {
    const params = this.#params();
    if (params === null) this.isLoaded.value = this.#knowsSaved;
    else if (await this.pages.loadFirst(params)) this.isLoaded.value = this.problem.peek() === null;
  }

  /** Ask which of the tickets that have changed the saved view has: they are the latest ones by activity. */
  async #follow(): Promise<void> {
    const params = this.#params();
    if (!this.#isSavedListed || !this.isLoaded.peek() || params === null || this.#changed.size === 0) return;
    const isCurrent = this.pages.current();
    try {
      const page = await this.#fetchLatest(params, isCurrent);
      if (page !== null && isCurrent()) batch(() => this.#takeLatest(page));
    } catch (error) {
      if (isCurrent()) this.pages.problem.value = toApiError(error);
    }
  }

  /** Return a page that reaches back to all that has changed, or the longest one. */
  async #fetchLatest(params: ListParams, isCurrent: () => boolean): Promise<TicketPage | null> {
    const fetch = (limit: number) => fetchPage(this.#project.call, params, { order: "activity", cursor: "", limit });
    const page = await fetch(PAGE_LENGTH);
    if (!isCurrent()) return null;
    return this.#changedUntil(page).every((id) => this.#isReached(page, id)) ? page : await fetch(LONGEST_PAGE);
  }

  #changedUntil({ seq }: TicketPage): number[] {
    return [...this.#changed].filter(([, changed]) => changed <= seq).map(([id]) => id);
  }

  #takeLatest(page: TicketPage): void {
    const found = new Set(page.tickets.map(({ ticket_id: id }) => id));
    for (const id of this.#changedUntil(page)) {
      this.#changed.delete(id);
      if (!found.has(id) && this.#isReached(page, id)) this.list.remove(id);
    }
    this.#project.data.take(page);
    this.#project.unread.take(page);
    for (const id of found) this.list.add(id);
    if ([...found].some((id) => !this.list.has(id))) this.#project.data.forgetUnlisted();
    this.pages.problem.value = null;
  }

  /** Whether a page says of a ticket whether it is in the view. */
  #isReached(page: TicketPage, id: number): boolean {
    const ticket = this.#project.data.peekTicket(id);
    const last = page.tickets.at(-1);
    if (page.next_cursor === null || ticket === null) return true;
    return last !== undefined && ticket.updated_at >= last.updated_at;
  }

  /** Return what the listed view is asked for with; null for one that this project does not have. */
  #params(): ListParams | null {
    const built = builtIn(this.#listed);
    if (built !== undefined) return { view: built };
    const saved = this.saved.peek().find(({ view }) => savedName(this.#project.id, view.view_id) === this.#listed);
    return saved === undefined ? null : { filter: saved.view.filter };
  }
}

function builtIn(name: ListName): BuiltIn | undefined {
  return BUILT_IN.find((known) => known === name);
}

export const viewsOf = perUser((project) => new Views(project));
