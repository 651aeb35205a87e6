/** The canned replies or the macros that an agent may use: fetched when they are first wanted, and after each change. */
import { effect } from "@preact/signals-core";
import type { Event } from "../../api/wire.ts";
import { fetchAllPages, type Page } from "../all_pages.ts";
import type { Project } from "../project.ts";

export class TeamItems<Item extends { name: string }> {
  readonly #fetchPage: (cursor: string | null) => Promise<Page<Item>>;
  readonly #ends: Array<() => void>;
  #items: Promise<Item[]> | null = null;

  /** `noun` is what their events name them. */
  constructor(
    project: Pick<Project, "follow" | "snapshots">,
    noun: "canned_reply" | "macro",
    fetchPage: (cursor: string | null) => Promise<Page<Item>>,
  ) {
    this.#fetchPage = fetchPage;
    this.#ends = [
      project.follow(({ record }: Event) => {
        const isGone = record?.noun === "removed" && record.of === noun;
        if (record?.noun === noun || isGone) this.#items = null;
      }),
      // What was missed is in no event.
      effect(() => {
        project.snapshots.value;
        this.#items = null;
      }),
    ];
  }

  /** Return those with a word in their name that begins so, first those whose name does; throws `ApiError`. */
  async find(prefix: string, most = Number.POSITIVE_INFINITY): Promise<Item[]> {
    return rank(await this.all(), prefix).slice(0, most);
  }

  /** Return all of them by name; throws `ApiError`. */
  async all(): Promise<Item[]> {
    this.#items ??= fetchAllPages(this.#fetchPage);
    const asked = this.#items;
    try {
      return await asked;
    } catch (error) {
      if (this.#items === asked) this.#items = null;
      throw error;
    }
  }

  close(): void {
    for (const end of this.#ends) end();
  }
}

/** Return what fits what was typed: each of its words begins a word of the name. */
export function rank<Item extends { name: string }>(items: readonly Item[], typed: string): Item[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const fits = ({ name }: Item) => words.every((word) => ` ${fold(name)}`.includes(` ${word}`));
  const begins = ({ name }: Item) => fold(name).startsWith(words.join(" "));
  const found = items.filter(fits);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))];
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLocaleLowerCase()
    .replace(/[-_/.,:]+/g, " ")
    .trim();
}
