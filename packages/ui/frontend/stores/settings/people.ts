/** The people of a project, as an admin looks after them: the team whole, customers by page or by what they are called. */
import { batch, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { ErasedUser, Event, FilePolicy, Role, User, UserAccess, UserList } from "../../api/wire.ts";
import { fetchAllPages, LONGEST_PAGE } from "../all_pages.ts";
import { perUser } from "../per_user.ts";

const PAGE_LENGTH = 50;

export type Invitation = { email: string; name: string; role: Role };

type Source = { call: Call; follow: (listener: (event: Event) => void) => () => void };

export class People {
  readonly #call: Call;
  readonly #end: () => void;
  /** Agents and admins, also who is deactivated; null until they were fetched. */
  readonly team = signal<User[] | null>(null);
  readonly customers = signal<User[]>([]);
  /** Where the next page of customers begins; null where there is none. */
  readonly cursor = signal<string | null>(null);
  /** Counts the lists of customers, so that the answer for an earlier one is never taken. */
  #generation = 0;
  /** What the listed customers were looked for by; empty where all of them are listed. */
  #words = "";

  constructor({ call, follow }: Source) {
    this.#call = call;
    this.#end = follow((event) => this.#notice(event));
  }

  /** Fetch the whole team; throws `ApiError`. */
  async loadTeam(): Promise<void> {
    const found = await fetchAllPages(async (cursor) => {
      const page = await this.#call("user.list", { team: true, cursor, limit: LONGEST_PAGE });
      return { items: page.users, next: page.next_cursor };
    });
    this.team.value = found.sort(byName);
  }

  /** List the first customers, or those of whom something begins with `words`; throws `ApiError`. */
  async listCustomers(words: string): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    const found =
      words === ""
        ? await this.#page(null)
        : { users: (await this.#call("user.customers", { prefix: words, limit: PAGE_LENGTH })).users, cursor: null };
    if (generation !== this.#generation) return;
    batch(() => {
      this.#words = words;
      this.customers.value = found.users;
      this.cursor.value = found.cursor;
    });
  }

  /** Fetch the next page of customers; throws `ApiError`. */
  async moreCustomers(): Promise<void> {
    const generation = this.#generation;
    const found = await this.#page(this.cursor.peek());
    if (generation !== this.#generation) return;
    batch(() => {
      // Who has come by an event may be on a later page too.
      const listed = new Set(this.customers.peek().map(({ user_id: id }) => id));
      const others = found.users.filter(({ user_id: id }) => !listed.has(id));
      this.customers.value = [...this.customers.peek(), ...others];
      this.cursor.value = found.cursor;
    });
  }

  /** Return a user who was listed. */
  find(userId: string): User | null {
    return [...(this.team.value ?? []), ...this.customers.value].find((user) => user.user_id === userId) ?? null;
  }

  /** Add a user, who is mailed a link; throws `ApiError`. */
  async invite({ email, name, role }: Invitation): Promise<UserAccess> {
    const access = await this.#call("user.add", { email, role, ...(name !== "" && { name }) });
    this.#take(access.user);
    return access;
  }

  /** Change what is given; throws `ApiError`. */
  async update(userId: string, changes: { name?: string; email?: string; role?: Role }): Promise<User> {
    const user = userOf(await this.#call("user.update", { user_id: userId, ...changes }));
    this.#take(user);
    return user;
  }

  async deactivate(userId: string): Promise<number[]> {
    const { user, open_tickets: left } = await this.#call("user.deactivate", { user_id: userId });
    this.#take(user);
    return left;
  }

  async reactivate(userId: string): Promise<void> {
    this.#take(await this.#call("user.reactivate", { user_id: userId }));
  }

  /** Tell what would be erased of a user, and change nothing; throws `ApiError`. */
  previewErasure(userId: string): Promise<ErasedUser> {
    return this.#call("user.erase", { user_id: userId, dry_run: true });
  }

  async erase(userId: string, uploads: FilePolicy): Promise<ErasedUser> {
    const erased = await this.#call("user.erase", { user_id: userId, uploads });
    const isLeft = (user: User) => user.user_id !== userId;
    batch(() => {
      this.team.value = this.team.peek()?.filter(isLeft) ?? null;
      this.customers.value = this.customers.peek().filter(isLeft);
    });
    return erased;
  }

  close(): void {
    this.#end();
    this.#generation += 1;
  }

  /** Read pages until one has a customer: a team may be a page of its own. */
  async #page(from: string | null): Promise<{ users: User[]; cursor: string | null }> {
    let cursor = from;
    for (;;) {
      const page: UserList = await this.#call("user.list", { cursor, limit: PAGE_LENGTH });
      const users = page.users.filter(({ role }) => role === "customer");
      cursor = page.next_cursor;
      if (users.length > 0 || cursor === null) return { users, cursor };
    }
  }

  #notice({ record }: Event): void {
    if (record?.noun !== "user") return;
    const isListed = this.customers.peek().some(({ user_id: id }) => id === record.user_id);
    // The server says who was found by a search: an event adds no one to them.
    if (record.role === "customer" && this.#words !== "" && !isListed) this.#takeTeam(record);
    else this.#take(record);
  }

  #take(user: User): void {
    batch(() => {
      this.#takeTeam(user);
      this.customers.value = placed(this.customers.peek(), user, user.role === "customer");
    });
  }

  #takeTeam(user: User): void {
    const team = this.team.peek();
    if (team !== null) this.team.value = placed(team, user, user.role !== "customer").sort(byName);
  }
}

/** Return those of whom the words are a part of what they are called. */
export function matching(users: readonly User[], words: string): User[] {
  const wanted = words.trim().toLocaleLowerCase();
  return users.filter(({ name, email, user_id: id }) =>
    [name, email ?? "", id].some((text) => text.toLocaleLowerCase().includes(wanted)),
  );
}

/** Return the list with a user in it, or without them; who is new comes first. */
function placed(users: readonly User[], user: User, belongs: boolean): User[] {
  const at = users.findIndex(({ user_id: id }) => id === user.user_id);
  if (!belongs) return at < 0 ? [...users] : users.toSpliced(at, 1);
  return at < 0 ? [user, ...users] : users.toSpliced(at, 1, user);
}

function userOf({
  open_tickets: _tickets,
  macros: _macros,
  ...user
}: User & { open_tickets: number[]; macros: number[] }): User {
  return user;
}

/** Who works comes first, then by name. */
function byName(one: User, other: User): number {
  return Number(other.active) - Number(one.active) || one.name.localeCompare(other.name);
}

export const peopleOf = perUser(
  (project) => new People({ call: project.call, follow: (listener) => project.follow(listener) }),
);
