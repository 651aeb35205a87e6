/**
 * The views of one project: how many tickets are in each, and the tickets of the one that is listed.
 *
 * Which tickets are in a view is the server's to say: it is asked again after what happens, at most so often. What a
 * ticket shows is true at once, as everywhere.
 */
import { batch, effect, signal } from "@preact/signals-core";
import type { Params } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { SavedCount } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { BUILT_IN, type ListName, savedName } from "../route.ts";
import { Throttle } from "../throttle.ts";
import type { TicketList } from "./ticket_list.ts";

const PAGE_LENGTH = 50;
// The longest page that the server makes.
const LONGEST_PAGE = 200;
// A busy desk has some events a second; a count that is half a second old is true for its reader.
const PAUSE_MS = 500;

type ListParams = Params<"ticket.list">;

export class Views {
  readonly #project: Project;
  /** By the view's name; empty until the counts were fetched. */
  readonly counts = signal<ReadonlyMap<string, number>>(new Map());
  readonly saved = signal<SavedCount[]>([]);
  readonly list: TicketList;
  readonly problem = signal<ApiError | null>(null);
  readonly isLoaded = signal(false);
  #listed: ListName = "inbox";
  /** Counts the lists, so that the answer for an earlier one is never taken. */
  #generation = 0;
  readonly #countThrottle: Throttle;
  readonly #listThrottle: Throttle;
  readonly #end: () => void;

  constructor(project: Project) {
    this.#project = project;
    this.list = project.data.newList();
    this.#countThrottle = new Throttle(() => this.#count(), PAUSE_MS);
    this.#listThrottle = new Throttle(() => this.#load(), PAUSE_MS);
    const unfollow = project.follow(({ ticket, record }) => {
      if (ticket === null && record?.noun !== "view" && record?.noun !== "removed") return;
      this.refresh();
    });
    const end = effect(() => {
      if (project.snapshots.value > 0) this.refresh();
    });
    this.#end = () => {
      unfollow();
      end();
    };
  }

  /** Ask again: after an event, and after a new snapshot. */
  refresh(): void {
    this.#countThrottle.ask();
    if (this.#listed !== "inbox") this.#listThrottle.ask();
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
    const page = await this.#project.call("ticket.list", {
      ...params,
      cursor: this.list.cursor.value,
      limit: PAGE_LENGTH,
    });
    if (generation === this.#generation) batch(() => this.list.append(page));
  }

  close(): void {
    this.#end();
    this.#countThrottle.close();
    this.#listThrottle.close();
  }

  async #count(): Promise<void> {
    try {
      const { views, saved } = await this.#project.call("view.list", { limit: LONGEST_PAGE });
      batch(() => {
        this.counts.value = new Map(views.map(({ name, count }) => [name, count]));
        this.saved.value = saved;
      });
      // A saved view that an address names is known by now, or is gone.
      if (this.#listed !== "inbox" && !this.isLoaded.peek()) this.#listThrottle.ask();
    } catch {
      // The old counts stay; that the server does not answer is said elsewhere.
    }
  }

  async #load(): Promise<void> {
    const generation = this.#generation;
    const params = this.#params();
    if (params === null) {
      this.isLoaded.value = this.counts.peek().size > 0;
      return;
    }
    // As many as were shown, so that what a reader has looked up stays in sight.
    const limit = Math.min(LONGEST_PAGE, Math.max(PAGE_LENGTH, this.list.tickets.peek().length));
    try {
      const page = await this.#project.call("ticket.list", { ...params, limit });
      if (generation !== this.#generation) return;
      batch(() => {
        this.list.replace(page);
        this.isLoaded.value = true;
        this.problem.value = null;
      });
    } catch (error) {
      if (generation === this.#generation) this.problem.value = toApiError(error);
    }
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
