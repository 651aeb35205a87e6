/** What an agent or the team has under names, such as canned replies: fetched when asked for, kept true by events. */
import { signal } from "@preact/signals-core";
import type { Event } from "../../api/wire.ts";
import { fetchAllPages, type Page } from "../all_pages.ts";

type Listed = { name: string };

type CollectionOptions<Item extends Listed> = {
  idOf: (item: Item) => number;
  /** Fetches one page. */
  fetchPage: (cursor: string | null) => Promise<Page<Item>>;
  follow: (listener: (event: Event) => void) => () => void;
  /** Returns the item that an event brings. */
  itemOf: (event: Event) => Item | null;
  /** What a removed one is called in events. */
  of: string;
};

export class Collection<Item extends Listed> {
  /** By name; null until they were fetched. */
  readonly list = signal<Item[] | null>(null);
  readonly #options: CollectionOptions<Item>;
  readonly #end: () => void;

  constructor(options: CollectionOptions<Item>) {
    this.#options = options;
    this.#end = options.follow((event) => this.#notice(event));
  }

  /** Fetch them all; throws `ApiError`. */
  async load(): Promise<void> {
    this.list.value = (await fetchAllPages(this.#options.fetchPage)).sort(byName);
  }

  find(id: number): Item | null {
    return this.list.value?.find((item) => this.#options.idOf(item) === id) ?? null;
  }

  /** Take one that was saved. */
  put(item: Item): void {
    const list = this.list.peek();
    if (list === null) return;
    const id = this.#options.idOf(item);
    this.list.value = [...list.filter((one) => this.#options.idOf(one) !== id), item].sort(byName);
  }

  remove(id: number): void {
    this.list.value = this.list.peek()?.filter((item) => this.#options.idOf(item) !== id) ?? null;
  }

  close(): void {
    this.#end();
    this.list.value = null;
  }

  #notice(event: Event): void {
    const item = this.#options.itemOf(event);
    if (item !== null) this.put(item);
    else if (event.record?.noun === "removed" && event.record.of === this.#options.of) {
      this.remove(Number(event.record.key));
    }
  }
}

function byName(one: Listed, other: Listed): number {
  return one.name.localeCompare(other.name);
}
