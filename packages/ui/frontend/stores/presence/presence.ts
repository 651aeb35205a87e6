/** Who looks at each ticket, and who writes there, now: a copy of what the server tells; it is in no snapshot. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Connected, Event, Level, PresenceChange, Present, User } from "../../api/wire.ts";

const LOUDNESS: Record<Level, number> = { writing: 0, viewing: 1 };
const NONE: readonly Present[] = [];

export class Presence {
  /** The name of the open event stream, by which this browser says where it is; empty while there is none. */
  readonly connection = signal("");
  readonly #me: ReadonlySignal<User | null>;
  /** The tickets with users at them. */
  readonly #at = signal<ReadonlyMap<number, readonly Present[]>>(new Map());

  constructor(me: ReadonlySignal<User | null>) {
    this.#me = me;
  }

  /** Return who is at a ticket, without oneself: those who write first, then by name. */
  of(ticketId: number): ReadonlySignal<readonly Present[]> {
    return computed(() => {
      const people = this.#at.value.get(ticketId);
      if (people === undefined) return NONE;
      const me = this.#me.value?.user_id;
      return people.some((one) => one.user_id === me) ? people.filter((one) => one.user_id !== me) : people;
    });
  }

  /** A stream has begun: what it says takes the place of all that was known. */
  connected({ connection, presence }: Connected): void {
    this.#at.value = new Map(presence.map(({ ticket_id: id, people }) => [id, [...people].sort(compare)]));
    this.connection.value = connection;
  }

  /** A user came, went, or does something else now. */
  apply({ ticket_id: id, level, ...user }: PresenceChange): void {
    const others = (this.#at.peek().get(id) ?? []).filter((one) => one.user_id !== user.user_id);
    const people = level === null ? others : [...others, { ...user, level }].sort(compare);
    this.#put(id, people);
  }

  /** Forget who is at a ticket that the reader does not see any more. */
  heard({ record }: Event): void {
    if (record?.noun === "removed" && record.of === "ticket") this.#put(Number(record.key), NONE);
  }

  clear(): void {
    this.#at.value = new Map();
    this.connection.value = "";
  }

  #put(id: number, people: readonly Present[]): void {
    if (people.length === 0 && !this.#at.peek().has(id)) return;
    const rest = new Map(this.#at.peek());
    if (people.length === 0) rest.delete(id);
    else rest.set(id, people);
    this.#at.value = rest;
  }
}

function compare(one: Present, other: Present): number {
  return LOUDNESS[one.level] - LOUDNESS[other.level] || one.name.localeCompare(other.name);
}
