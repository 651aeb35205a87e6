/** The agents and admins of a project: whom a note may mention, a ticket be assigned to, and what they are called. */
import { computed, signal } from "@preact/signals-core";
import type { Event, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns, type Returning } from "../returns.ts";

// What a list next to a text shows.
const OFFERED = 8;
// The longest answer; a team with more is asked for by name.
const MOST_FOUND = 50;
const NONE: readonly User[] = [];

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
  /** The team by id, as far as one answer goes; null until there is one. */
  readonly #team = signal<readonly User[] | null>(null);
  /** Who changes while the team is asked for: the answer may be older. Null while it is not. */
  #changed: Map<string, User> | null = null;
  #first: Promise<void> | null = null;
  #isTeamShown = false;
  #isClosed = false;

  /** Whom something can be given to, by id; empty until an answer to `loadTeam` is there. It follows the events. */
  readonly team = computed(() => this.#team.value ?? NONE);

  constructor(project: Source) {
    this.#project = project;
    this.#ends = [
      project.follow((event) => this.#notice(event)),
      followReturns(project, (hasGap) => this.#catchUp(hasGap)),
    ];
  }

  /** Have `team` filled: it is asked for once, however many pickers show it, and again after a failure or a gap. */
  loadTeam(): void {
    this.#isTeamShown = true;
    // Without an answer, the next picker asks, and so does the server's return.
    this.#askTeam().catch(() => {});
  }

  /** Return those whose id, or a word of whose name, begins with `prefix`; throws `ApiError`. */
  async find(prefix: string, limit = OFFERED): Promise<User[]> {
    const { users } = await this.#project.call("user.mentionable", { prefix, limit });
    this.#take(users);
    return users;
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
    this.#changed = null;
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
    if (hasGap) this.#first = null;
    if (this.#isTeamShown) this.loadTeam();
    for (const id of again) this.#asked.delete(id);
    for (const id of again) void this.#ask(id);
  }

  #notice({ record }: Event): void {
    if (record?.noun !== "user") return;
    if (this.#names.peek().has(record.user_id) || canWork(record)) this.#take([record]);
    this.#changed?.set(record.user_id, record);
    const team = this.#team.peek();
    if (team !== null) this.#putTeam(team, [record]);
  }

  #askTeam(): Promise<void> {
    this.#first ??= this.#fetchTeam();
    return this.#first;
  }

  async #fetchTeam(): Promise<void> {
    const changed = new Map<string, User>();
    this.#changed = changed;
    // After a gap it is asked for once more: what this answer says counts no longer.
    const isLatest = () => this.#changed === changed;
    try {
      const users = await this.find("", MOST_FOUND);
      if (isLatest()) this.#putTeam(users, [...changed.values()]);
    } catch (error) {
      if (isLatest()) this.#first = null;
      throw error;
    } finally {
      if (isLatest()) this.#changed = null;
    }
  }

  #putTeam(users: readonly User[], changed: readonly User[]): void {
    const ids = new Set(changed.map((user) => user.user_id));
    const others = users.filter((user) => !ids.has(user.user_id));
    this.#team.value = [...others, ...changed.filter(canWork)].sort(byId);
  }

  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    this.#failed.delete(id);
    try {
      await this.#askTeam();
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

/** Whether something can be given to a user. */
function canWork({ active, role }: User): boolean {
  return active && role !== "customer";
}

function byId(one: User, other: User): number {
  return one.user_id < other.user_id ? -1 : 1;
}

export const colleaguesOf = perUser((project) => new Colleagues(project));
