/** All tags of a project with their numbers, as an admin keeps them in order. */
import { signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { TagColour, TagCount } from "../../api/wire.ts";
import { fetchAllPages } from "../all_pages.ts";
import { perUser } from "../per_user.ts";

export class TagAdministration {
  readonly #call: Call;
  /** Those of most tickets first; null until they were fetched. */
  readonly list = signal<TagCount[] | null>(null);

  constructor(call: Call) {
    this.#call = call;
  }

  /** Fetch them all; throws `ApiError`. */
  async load(): Promise<void> {
    const found = await fetchAllPages(async (after) => {
      const page = await this.#call("tag.list", { after });
      return { items: page.tags, next: page.next_after };
    });
    this.list.value = found.sort((one, other) => other.tickets - one.tickets || one.tag.localeCompare(other.tag));
  }

  /** Return how many tickets have a tag: into one that has some, a renamed tag is merged. */
  countOf(tag: string): number {
    const wanted = tag.trim().toLowerCase();
    return this.list.value?.find((one) => one.tag === wanted)?.tickets ?? 0;
  }

  /** Rename a tag on every ticket, and return on how many; throws `ApiError`. */
  async rename(tag: string, into: string): Promise<number> {
    const { tickets } = await this.#call("tag.rename", { tag, into });
    await this.load();
    return tickets;
  }

  /** Show it in a colour at every page, or in none; throws `ApiError`. */
  async setColour(tag: string, colour: TagColour | null): Promise<void> {
    await this.#call("tag.set_colour", { tag, colour });
  }

  close(): void {
    this.list.value = null;
  }
}

export const tagAdministrationOf = perUser((project) => new TagAdministration(project.call));
