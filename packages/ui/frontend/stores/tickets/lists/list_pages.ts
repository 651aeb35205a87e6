/** Fetches the pages of a list, the next one ahead of its reader. */
import { batch, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Call } from "../../../api/client.ts";
import { type ApiError, toApiError } from "../../../api/errors.ts";
import { ERROR_CODES, type TicketPage } from "../../../api/wire.ts";
import { LONGEST_PAGE } from "../../all_pages.ts";
import type { Condition, TicketList } from "../ticket_list.ts";
import { fetchPage, type ListOrder, type ListParams } from "./list_order.ts";

export const PAGE_LENGTH = 50;

/** A first page, and the order in which it came: a server may refuse the chosen one. */
export type Fetched = { page: TicketPage; order: ListOrder };

type ListPagesOptions = {
  list: TicketList;
  call: Call;
  order: ReadonlySignal<ListOrder>;
  /** What the list is asked for with; null while that is not known. */
  params: () => ListParams | null;
  /** Is told of each page. */
  took: (page: TicketPage) => void;
};

export class ListPages {
  readonly list: TicketList;
  readonly order: ReadonlySignal<ListOrder>;
  /** Whether the next page is on its way. */
  readonly isLoading = signal(false);
  /** Why the last page did not come. */
  readonly problem = signal<ApiError | null>(null);
  /** Whether the last page was empty and not the end: to look on is up to the reader. */
  readonly isStalled = signal(false);
  readonly #options: ListPagesOptions;
  /** Counts how often the list has begun: what was asked for before that is not taken. */
  #generation = 0;

  constructor(options: ListPagesOptions) {
    this.#options = options;
    this.list = options.list;
    this.order = options.order;
  }

  /** Empty the list and begin again, with the tickets of a condition. */
  begin(condition: Condition): void {
    this.#generation += 1;
    batch(() => {
      this.list.begin(condition, this.order.peek());
      this.isLoading.value = false;
      this.problem.value = null;
      this.isStalled.value = false;
    });
  }

  /** Whether the next page may be fetched before anybody asks for it. */
  get isOpen(): boolean {
    const mayTry = !this.isLoading.value && !this.isStalled.value && this.problem.value === null;
    return mayTry && this.list.cursor.value !== null;
  }

  /** Return the function that says whether the list has not begun again since. */
  current(): () => boolean {
    const generation = this.#generation;
    return () => generation === this.#generation;
  }

  /** Fetch the first page, and take nothing yet; throws `ApiError`. */
  async fetchFirst(params: ListParams, limit = PAGE_LENGTH): Promise<Fetched> {
    const order = this.order.peek();
    try {
      return await this.#fetchIn(order, params, limit);
    } catch (error) {
      // An agent has chosen it in this browser, or a newer page: a customer, or an older server, knows the first one.
      const { code } = toApiError(error);
      const isRefused = code === ERROR_CODES.forbidden || code === ERROR_CODES["invalid-params"];
      if (order === "activity" || !isRefused) throw error;
      return await this.#fetchIn("activity", params, limit);
    }
  }

  async #fetchIn(order: ListOrder, params: ListParams, limit: number): Promise<Fetched> {
    return { page: await fetchPage(this.#options.call, params, { order, cursor: "", limit }), order };
  }

  /** Fetch the first page and take it; returns whether the list has not begun again meanwhile. */
  async loadFirst(params: ListParams): Promise<boolean> {
    const isCurrent = this.current();
    try {
      const first = await this.fetchFirst(params);
      if (isCurrent()) this.take(first);
    } catch (error) {
      if (isCurrent()) this.problem.value = toApiError(error);
    }
    return isCurrent();
  }

  /** Take a first page. */
  take({ page, order }: Fetched): void {
    batch(() => {
      this.list.replace(page, order);
      this.#noteStall(page);
      this.#options.took(page);
    });
  }

  /** Fetch the next page, unless one is on its way; a failure stays in `problem` until the next try. */
  async loadMore(): Promise<void> {
    const params = this.#options.params();
    const cursor = this.list.cursor.peek();
    if (this.isLoading.peek() || cursor === null || params === null) return;
    const isCurrent = this.current();
    this.isLoading.value = true;
    try {
      // Who scrolls on gets longer pages.
      const limit = Math.min(LONGEST_PAGE, Math.max(PAGE_LENGTH, this.list.length));
      const page = await fetchPage(this.#options.call, params, { order: this.list.order, cursor, limit });
      if (isCurrent()) this.#append(page, cursor);
    } catch (error) {
      if (isCurrent()) this.problem.value = toApiError(error);
    } finally {
      if (isCurrent()) this.isLoading.value = false;
    }
  }

  #append(page: TicketPage, cursor: string): void {
    batch(() => {
      this.problem.value = null;
      this.#noteStall(page);
      // Where the end was forgotten meanwhile, this page is not the next one.
      if (cursor === this.list.cursor.peek()) this.list.append(page);
      this.#options.took(page);
    });
  }

  #noteStall(page: TicketPage): void {
    this.isStalled.value = page.tickets.length === 0 && page.next_cursor !== null;
  }
}
