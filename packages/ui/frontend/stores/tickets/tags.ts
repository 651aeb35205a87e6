/** The tags of a project, for completion: fetched when one is first typed, and again a minute later. */
import { signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { perUser } from "../per_user.ts";

const FRESH_MS = 60_000;

export class Tags {
  readonly #call: Call;
  /** The most used first. */
  readonly names = signal<string[]>([]);
  #fetchedAt = Number.NEGATIVE_INFINITY;

  constructor(call: Call) {
    this.#call = call;
  }

  async refresh(now = Date.now()): Promise<void> {
    if (now - this.#fetchedAt < FRESH_MS) return;
    this.#fetchedAt = now;
    try {
      const { tags } = await this.#call("tag.list", {});
      this.names.value = tags.sort((one, other) => other.active - one.active).map(({ tag }) => tag);
    } catch {
      // Without completion, a tag can be typed.
      this.#fetchedAt = Number.NEGATIVE_INFINITY;
    }
  }

  close(): void {
    this.names.value = [];
  }
}

export const tagsOf = perUser((project) => new Tags(project.call));
