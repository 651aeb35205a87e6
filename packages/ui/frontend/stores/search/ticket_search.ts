/** The answers to what is typed: asked as often as a reader can read, and never those to an earlier question. */
import { batch, signal } from "@preact/signals-core";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { FoundTicket } from "../../api/wire.ts";
import type { Project } from "../project.ts";
import { Throttle } from "../throttle.ts";

// Two answers in the time in which a word is typed.
const PAUSE_MS = 120;
const PAGE_LENGTH = 20;

export type Found = FoundTicket & { project: Project };
type Next = { project: Project; before: number };

export class TicketSearch {
  readonly found = signal<readonly Found[]>([]);
  /** Texts in which nothing can be looked for. */
  readonly ignored = signal<readonly string[]>([]);
  /** How many tickets cannot be found yet. */
  readonly missing = signal(0);
  readonly problem = signal<ApiError | null>(null);
  readonly isBusy = signal(false);
  /** Whether `found` answers an earlier question than the last one. */
  readonly isStale = signal(false);
  /** The question that `found` answers; empty for none. */
  readonly answered = signal("");
  readonly hasMore = signal(false);
  readonly #projects: () => readonly Project[];
  readonly #throttle: Throttle;
  #asked = "";
  /** Counts the questions, so that the answer to an earlier one is never taken. */
  #generation = 0;
  #next: Next[] = [];
  #supersede = () => {};

  constructor(projects: () => readonly Project[], pauseMs = PAUSE_MS) {
    this.#projects = projects;
    this.#throttle = new Throttle(() => this.#search(), pauseMs);
  }

  /** Look for what a query in the server's language says; an empty one finds nothing. */
  ask(query: string): void {
    if (query === this.#asked) return;
    this.#asked = query;
    this.#generation += 1;
    this.#supersede();
    if (query === "") {
      this.#clear();
      return;
    }
    this.isBusy.value = true;
    this.isStale.value = true;
    this.#throttle.ask();
  }

  /** Ask once more, as after a problem. */
  retry(): void {
    const asked = this.#asked;
    this.#asked = "";
    this.ask(asked);
  }

  /** Fetch the next tickets. Fails into `problem`. */
  async loadMore(): Promise<void> {
    if (this.isBusy.peek() || this.#next.length === 0) return;
    await this.#take(this.#next, this.found.peek());
  }

  close(): void {
    this.#generation += 1;
    this.#throttle.close();
  }

  async #search(): Promise<void> {
    if (this.#asked === "") return;
    const all = this.#projects().map((project) => ({ project, before: 0 }));
    const superseded = new Promise<void>((resolve) => {
      this.#supersede = resolve;
    });
    // A slow answer does not hold back the next question.
    await Promise.race([this.#take(all, []), superseded]);
  }

  /** Take the pages that begin there behind what is known. */
  async #take(pages: readonly Next[], known: readonly Found[]): Promise<void> {
    const generation = this.#generation;
    const query = this.#asked;
    this.isBusy.value = true;
    const settled = await Promise.allSettled(pages.map((page) => this.#fetch(page, query)));
    if (generation !== this.#generation) return;
    const answers = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    const failed = settled.find((one) => one.status === "rejected");
    batch(() => {
      this.isBusy.value = false;
      this.isStale.value = false;
      this.problem.value = failed === undefined ? null : toApiError(failed.reason);
      // Where no project has answered, what was there stays.
      if (answers.length === 0 && failed !== undefined) return;
      this.found.value = [...known, ...answers.flatMap(({ found }) => found)];
      this.ignored.value = answers[0]?.ignored ?? [];
      this.missing.value = answers.reduce((sum, { missing }) => sum + missing, 0);
      this.#next = answers.flatMap(({ next }) => next ?? []);
      this.hasMore.value = this.#next.length > 0;
      this.answered.value = query;
    });
  }

  async #fetch({ project, before }: Next, query: string) {
    const page = await project.call("search.tickets", {
      query,
      limit: PAGE_LENGTH,
      ...(before > 0 && { before }),
      ...zoneOf(project),
    });
    return {
      found: page.found.map((one) => ({ ...one, project })),
      ignored: page.ignored,
      missing: page.missing,
      next: page.next_before === null ? null : { project, before: page.next_before },
    };
  }

  #clear(): void {
    batch(() => {
      this.found.value = [];
      this.ignored.value = [];
      this.#next = [];
      this.hasMore.value = false;
      this.problem.value = null;
      this.answered.value = "";
      this.isBusy.value = false;
      this.isStale.value = false;
    });
  }
}

/** Days begin as their reader has set it, else as in this browser. */
function zoneOf(project: Project): { time_zone?: string } {
  if (project.session.me.peek()?.time_zone) return {};
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Browsers that do not tell it name a zone that none is.
  return zone === undefined || zone.startsWith("Etc/Unknown") ? {} : { time_zone: zone };
}
