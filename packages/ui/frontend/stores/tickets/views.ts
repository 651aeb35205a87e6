/**
 * The views of one project: how many tickets are in each, and the tickets of the one that is listed.
 *
 * Which tickets are in a view is the server's to say: it is asked again after what happens, at most so often, and not
 * while the page is hidden. It tells by itself how many are in the views that every agent has. What a ticket shows is
 * true at once, as everywhere.
 */
import { batch, computed, effect, signal } from "@preact/signals-core";
import type { Params } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { Event, SavedCount } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { BUILT_IN, type ListName, savedName } from "../route.ts";
import { Throttle } from "../throttle.ts";
import type { TicketList } from "./ticket_list.ts";

const PAGE_LENGTH = 50;
// The longest page that the server makes.
const LONGEST_PAGE = 200;
// A busy desk has some events a second; a list that is half a second old is true for its reader.
const LIST_PAUSE_MS = 500;
// To count what a filter finds takes the server longer.
const SAVED_PAUSE_MS = 5_000;

type ListParams = Params<"ticket.list">;

export class Views {
  readonly #project: Project;
  readonly #fetchedCounts = signal<ReadonlyMap<string, number>>(new Map());
  /** By the view's name; empty until the server has told or was asked. */
  readonly counts = computed<ReadonlyMap<string, number | undefined>>(() => {
    const told = this.#project.viewCounts.value;
    return told === null ? this.#fetchedCounts.value : new Map(Object.entries(told));
  });
  readonly saved = signal<SavedCount[]>([]);
  readonly list: TicketList;
  readonly problem = signal<ApiError | null>(null);
  readonly isLoaded = signal(false);
  #listed: ListName = "inbox";
  #knowsSaved = false;
  /** Counts the questions for saved views, so that the answer to an earlier one is never taken. */
  #asked = 0;
  /** Whether something has happened while the page was hidden. */
  #isDue = false;
  /** Whether something has changed that may be anywhere in the list. */
  #isDeep = false;
  /** Counts the lists, so that the answer for an earlier one is never taken. */
  #generation = 0;
  readonly #savedThrottle: Throttle;
  readonly #listThrottle: Throttle;
  readonly #end: () => void;

  constructor(project: Project) {
    this.#project = project;
    this.list = project.data.newList();
    this.#savedThrottle = new Throttle(() => this.#whileVisible(() => this.#loadSaved()), SAVED_PAUSE_MS);
    this.#listThrottle = new Throttle(() => this.#whileVisible(() => this.#load()), LIST_PAUSE_MS);
    const ends = [
      project.follow((event) => this.#notice(event)),
      effect(() => {
        if (project.snapshots.value > 0) this.refresh();
      }),
      effect(() => {
        if (project.isVisible.value && this.#isDue) this.refresh();
      }),
    ];
    this.#end = () => {
      for (const end of ends) end();
    };
  }

  /** Ask again: after an event, and after a new snapshot. */
  refresh(): void {
    this.#isDue = false;
    this.#savedThrottle.ask();
    this.#askForList();
  }

  /** List another view. */
  show(name: ListName): void {
    if (name === this.#listed) return;
    this.#listed = name;
    this.#generation += 1;
    batch(() => {
      this.list.clear();
      this.isLoaded.value = false;
      this.problem.value = null;
    });
    // A reader waits for it, so that it is not held back with what events ask for.
    if (name !== "inbox") void this.#load();
  }

  /** Fetch the next page of the view; throws `ApiError`. */
  async loadMore(): Promise<void> {
    const generation = this.#generation;
    const params = this.#params();
    if (params === null) return;
    const cursor = this.list.cursor.peek();
    const page = await this.#project.call("ticket.list", { ...params, cursor, limit: PAGE_LENGTH });
    // Where the list was replaced meanwhile, this is the next page of another.
    const isNext = generation === this.#generation && cursor === this.list.cursor.peek();
    if (isNext) batch(() => this.list.append(page));
  }

  close(): void {
    this.#end();
    this.#savedThrottle.close();
    this.#listThrottle.close();
  }

  get #isSavedListed(): boolean {
    return this.#listed !== "inbox" && !BUILT_IN.some((name) => name === this.#listed);
  }

  /** Whether an event changes counts that the server does not tell by itself. */
  get #asksForCounts(): boolean {
    return !this.#knowsSaved || this.saved.peek().length > 0 || this.#project.viewCounts.peek() === null;
  }

  #askForList(): void {
    if (this.#listed !== "inbox") this.#listThrottle.ask();
  }

  #notice({ ticket, record }: Event): void {
    const isView = record?.noun === "view" || (record?.noun === "removed" && record.of === "view");
    if (isView) {
      // Somebody has saved or deleted one, which is seldom and seen at once.
      void this.#whileVisible(() => this.#loadSaved());
    } else if (ticket === null && record?.noun !== "removed") {
      return;
    } else if (this.#asksForCounts) {
      this.#savedThrottle.ask();
    }
    // Who takes part in a ticket moves none: what has changed may be beyond the first page.
    if (ticket !== null && ticket.updated_at <= this.list.newest) this.#isDeep = true;
    this.#askForList();
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
        this.#fetchedCounts.value = new Map(views.map(({ name, count }) => [name, count]));
        this.saved.value = saved;
        this.#knowsSaved = true;
      });
      // A saved view that an address names is known by now, or is gone.
      if (this.#isSavedListed && !this.isLoaded.peek()) this.#listThrottle.ask();
    } catch {
      // The old counts stay; that the server does not answer is said elsewhere.
    }
  }

  async #load(): Promise<void> {
    const generation = this.#generation;
    const params = this.#params();
    if (params === null) {
      this.isLoaded.value = this.#knowsSaved;
      return;
    }
    try {
      const isFresh = await this.#loadFirst(params, () => generation === this.#generation);
      if (!isFresh) return;
      batch(() => {
        this.isLoaded.value = true;
        this.problem.value = null;
      });
    } catch (error) {
      if (generation === this.#generation) this.problem.value = toApiError(error);
    }
  }

  /** Take the first page of the view, and keep what a reader has looked up; returns whether the view is still listed. */
  async #loadFirst(params: ListParams, isCurrent: () => boolean): Promise<boolean> {
    const fetchPage = (limit: number) => this.#project.call("ticket.list", { ...params, limit });
    const shown = Math.min(LONGEST_PAGE, Math.max(PAGE_LENGTH, this.list.length));
    const isDeep = this.#isDeep;
    this.#isDeep = false;
    const page = await fetchPage(isDeep ? shown : PAGE_LENGTH);
    if (!isCurrent()) return false;
    if (batch(() => this.list.merge(page))) return true;
    // More has changed than one page has: as many as were shown.
    const isShort = page.next_cursor !== null && page.tickets.length < shown;
    const longer = isShort ? await fetchPage(shown) : page;
    if (!isCurrent()) return false;
    batch(() => this.list.merge(longer) || this.list.replace(longer));
    return true;
  }

  /** Return what the listed view is asked for with; null for one that this project does not have. */
  #params(): ListParams | null {
    const built = BUILT_IN.find((name) => name === this.#listed);
    if (built !== undefined) return { view: built };
    const saved = this.saved.peek().find(({ view }) => savedName(this.#project.id, view.view_id) === this.#listed);
    return saved === undefined ? null : { filter: saved.view.filter };
  }
}

export const viewsOf = perUser((project) => new Views(project));
