/** The agents and admins of a project: whom a note may mention, a ticket be assigned to, and what they are called. */
import { signal } from "@preact/signals-core";
import type { Call } from "../api/client.ts";
import type { User } from "../api/wire.ts";
import { perUser } from "./per_user.ts";

// What a list next to a text shows.
const OFFERED = 8;
// The longest answer; a team with more is asked for by name.
const FIRST = 50;

export class Colleagues {
  readonly #call: Call;
  readonly #names = signal<ReadonlyMap<string, string>>(new Map());
  /** Ids that were asked for, so that one without an answer is asked for once. */
  readonly #asked = new Set<string>();
  #first: Promise<void> | null = null;
  #isClosed = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Return those whose id, or a word of whose name, begins with `prefix`; throws `ApiError`. */
  async find(prefix: string, limit = OFFERED): Promise<User[]> {
    const { users } = await this.#call("user.mentionable", { prefix, limit });
    this.#take(users);
    return users;
  }

  /** Return what a user is called, `null` until it is known; who cannot work any more is not. */
  nameOf(id: string): string | null {
    const name = this.#names.value.get(id);
    if (name === undefined) void this.#ask(id);
    return name ?? null;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      this.#first ??= this.find("", FIRST).then(() => {});
      await this.#first;
      if (!this.#names.peek().has(id)) await this.find(id);
    } catch {
      // The id stands for the name; the next one to ask tries again.
      this.#first = null;
      this.#asked.delete(id);
    }
  }

  #take(users: User[]): void {
    if (this.#isClosed) return;
    const names = new Map(this.#names.peek());
    for (const { user_id: id, name } of users) names.set(id, name);
    this.#names.value = names;
  }
}

export const colleaguesOf = perUser((project) => new Colleagues(project.call));
