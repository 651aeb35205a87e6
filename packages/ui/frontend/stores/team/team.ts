/** The agents and admins to whom something can be given: all that choose one have the same list, which follows the events. */
import { signal } from "@preact/signals-core";
import type { Event, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns, type Returning } from "../returns.ts";
import { type Colleagues, colleaguesOf } from "./colleagues.ts";

export class Team {
  /** By id; empty until they are known. */
  readonly users = signal<readonly User[]>([]);
  readonly #colleagues: Pick<Colleagues, "team">;
  readonly #ends: Array<() => void>;
  /** Who changes while the team is asked for: the answer may be older. Null while it is not. */
  #changed: Map<string, User> | null = null;
  #isKnown = false;

  constructor(project: Pick<Project, "follow"> & Returning, colleagues: Pick<Colleagues, "team">) {
    this.#colleagues = colleagues;
    this.#ends = [
      project.follow((event) => this.#notice(event)),
      followReturns(project, (hasGap) => {
        if (hasGap) this.#isKnown = false;
        this.ensure();
      }),
    ];
  }

  /** Have it asked for, unless it is known. */
  ensure(): void {
    // Without an answer, the next picker asks, and so does the server's return.
    if (!this.#isKnown) this.#load().catch(() => {});
  }

  close(): void {
    this.#changed = null;
    for (const end of this.#ends) end();
  }

  async #load(): Promise<void> {
    const changed = new Map<string, User>();
    this.#changed = changed;
    this.#isKnown = true;
    // After a gap it is asked for once more: what this answer says counts no longer.
    const isLatest = () => this.#changed === changed;
    try {
      const users = await this.#colleagues.team();
      if (isLatest()) this.#take(users, [...changed.values()]);
    } catch (error) {
      if (isLatest()) this.#isKnown = false;
      throw error;
    } finally {
      if (isLatest()) this.#changed = null;
    }
  }

  #notice({ record }: Event): void {
    if (record?.noun !== "user") return;
    this.#changed?.set(record.user_id, record);
    if (this.#changed === null && this.#isKnown) this.#take(this.users.peek(), [record]);
  }

  #take(users: readonly User[], changed: readonly User[]): void {
    const ids = new Set(changed.map((user) => user.user_id));
    const others = users.filter((user) => !ids.has(user.user_id));
    this.users.value = [...others, ...changed.filter(canWork)].sort(byId);
  }
}

/** Whether something can be given to a user. */
function canWork({ active, role }: User): boolean {
  return active && role !== "customer";
}

function byId(one: User, other: User): number {
  return one.user_id < other.user_id ? -1 : 1;
}

export const teamOf = perUser((project) => new Team(project, colleaguesOf(project)));
