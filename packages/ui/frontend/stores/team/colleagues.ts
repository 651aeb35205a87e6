/** The agents and admins of a project: whom a note may mention, a ticket be assigned to, and what they are called. */
import { signal } from "@preact/signals-core";
import type { Event, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns, type Returning } from "../returns.ts";

// What a list next to a text shows.
const OFFERED = 8;
// The longest answer; a team with more is asked for by name.
const MOST_FOUND = 50;

type Source = Pick<Project, "call" | "follow"> & Returning;

export class Colleagues {
  readonly #project: Source;
  readonly #ends: Array<() => void>;
  readonly #names = signal<ReadonlyMap<string, string>>(new Map());
  /** Ids that were asked for, so that one without an answer is asked for once. */
  readonly #asked = new Set<string>();
  /** Those of them that none of the team has. */
  readonly #gone = signal<ReadonlySet<string>>(new Set());
  readonly #failed = new Set<string>();
  #team: Promise<User[]> | null = null;
  /** The snapshot after which the team was asked for. */
  #askedAt = 0;
  #isClosed = false;

  constructor(project: Source) {
    this.#project = project;
    this.#ends = [
      project.follow((event) => this.#notice(event)),
      followReturns(project, (hasGap) => this.#catchUp(hasGap)),
    ];
  }

  /** Return those whose id, or a word of whose name, begins with `prefix`; throws `ApiError`. */
  async find(prefix: string, limit = OFFERED): Promise<User[]> {
    const { users } = await this.#project.call("user.mentionable", { prefix, limit });
    this.#take(users);
    return users;
  }

  /** Return the team by id, as far as one answer goes: it is asked for once after each snapshot. Throws `ApiError`. */
  team(): Promise<User[]> {
    const at = this.#project.snapshots.peek();
    if (this.#team !== null && this.#askedAt === at) return this.#team;
    const asking = this.find("", MOST_FOUND);
    this.#askedAt = at;
    this.#team = asking;
    asking.catch(() => {
      if (this.#team === asking) this.#team = null;
    });
    return asking;
  }

  /** Return what a user is called, `null` until it is known; who cannot work any more is not. */
  nameOf(id: string): string | null {
    const name = this.#names.value.get(id);
    if (name === undefined) void this.#ask(id);
    return name ?? null;
  }

  /** Whether an id is that of none who works here, as far as the server has told. */
  isGone(id: string): boolean {
    return this.#gone.value.has(id);
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends) end();
  }

  /**
   * Ask for those without an answer; after a gap for the team, whose names may be others. Who was not of it is not asked
   * for one by one: that would be a call for each of those who have left, from every page at once.
   */
  #catchUp(hasGap: boolean): void {
    const gone = this.#gone.peek();
    const again = [...(hasGap ? this.#asked : []), ...this.#failed].filter((id) => !gone.has(id));
    this.#failed.clear();
    for (const id of again) this.#asked.delete(id);
    for (const id of again) void this.#ask(id);
  }

  #notice({ record }: Event): void {
    if (record?.noun === "user" && this.#names.peek().has(record.user_id)) this.#take([record]);
  }

  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    this.#failed.delete(id);
    try {
      await this.team();
      if (!this.#names.peek().has(id)) await this.find(id);
      if (!this.#names.peek().has(id)) this.#gone.value = new Set([...this.#gone.peek(), id]);
    } catch {
      // The next one to ask tries again, and so does the server's return.
      this.#asked.delete(id);
      this.#failed.add(id);
    }
  }

  #take(users: User[]): void {
    if (this.#isClosed) return;
    const names = new Map(this.#names.peek());
    for (const { user_id: id, name } of users) names.set(id, name);
    this.#names.value = names;
  }
}

export const colleaguesOf = perUser((project) => new Colleagues(project));
