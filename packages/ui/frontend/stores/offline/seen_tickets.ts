/**
 * What a user has seen of a project, kept in the browser: it can be read while the server does not answer.
 *
 * It belongs to one user and is bounded; it is removed when they sign out, or are not let in any more.
 */
import { batch } from "@preact/signals-core";
import type { Message, Ticket, TicketSummary, User } from "../../api/wire.ts";
import type { ProjectData } from "../project_data.ts";
import type { RecordStore } from "./record_store.ts";

// Two screens of a list, and the threads of some days.
const MOST_LISTED = 100;
const MOST_THREADS = 50;
const MOST_MESSAGES = 100;
// In characters: a thread of the largest texts is not kept.
const LONGEST_THREAD = 500_000;
// What is older is more likely wrong than useful.
const LIFE_MS = 7 * 24 * 3600 * 1000;

export type SeenList = { at: number; me: User; tickets: TicketSummary[] };
type SeenThread = { at: number; key: string; ticket: Ticket; messages: Message[] };

export class SeenTickets {
  readonly #records: RecordStore;
  readonly #project: string;
  readonly #reader: () => string;
  readonly #clock: () => number;
  /** What was kept of each thread last: what has not changed is not written again. */
  readonly #kept = new Map<number, unknown>();
  /** What writes goes one after the other: what is removed is not written again by what had begun before. */
  #turn: Promise<void> = Promise.resolve();

  /** `reader` tells the users of one browser apart who are not known by a cookie. */
  constructor(records: RecordStore, project: string, reader: () => string, clock: () => number = Date.now) {
    this.#records = records;
    this.#project = project;
    this.#reader = reader;
    this.#clock = clock;
  }

  /** Keep what a user sees now. */
  keep(me: User, data: ProjectData): Promise<void> {
    return this.#inTurn(() => this.#keepNow(me, data));
  }

  async #keepNow(me: User, data: ProjectData): Promise<void> {
    const at = this.#clock();
    const known = await this.read();
    if (known !== null && known.me.user_id !== me.user_id) await this.#clearNow();
    const tickets = data.list.tickets.peek().slice(0, MOST_LISTED);
    await this.#records.write(`${this.#place}list`, { at, me, tickets } satisfies SeenList);
    for (const id of data.openThreads) await this.#keepThread(id, at, data);
    await this.#dropOldThreads();
  }

  /** Return the list that was kept, with who saw it and when; null for none. */
  async read(): Promise<SeenList | null> {
    const list = (await this.#records.read(`${this.#place}list`)) as SeenList | undefined;
    return list !== undefined && this.#clock() - list.at < LIFE_MS ? list : null;
  }

  /** Show a thread that was kept; returns whether there was one. */
  async restoreThread(id: number, data: ProjectData): Promise<boolean> {
    const seen = (await this.#records.read(this.#keyOf(id))) as SeenThread | undefined;
    const thread = data.thread(id);
    if (seen === undefined || thread === undefined || thread.isLoaded.peek()) return false;
    batch(() => {
      data.putTicket(seen.ticket, 0);
      thread.replace({ messages: seen.messages, next_cursor: null, seq: 0 });
    });
    return true;
  }

  /** Remove everything that is kept here. */
  clear(): Promise<void> {
    return this.#inTurn(() => this.#clearNow());
  }

  async #clearNow(): Promise<void> {
    this.#kept.clear();
    await this.#records.removeAll(this.#place);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  async #keepThread(id: number, at: number, data: ProjectData): Promise<void> {
    const [row, opening, thread] = [data.ticket(id), data.opening(id), data.thread(id)];
    if (row === null || opening === null || !thread?.isLoaded.peek()) return;
    const messages = thread.messages.peek();
    if (this.#kept.get(id) === messages) return;
    const key = this.#keyOf(id);
    const seen: SeenThread = { at, key, ticket: { ...row, ...opening }, messages: messages.slice(-MOST_MESSAGES) };
    if (JSON.stringify(seen).length > LONGEST_THREAD) return;
    this.#kept.set(id, messages);
    await this.#records.write(key, seen);
  }

  async #dropOldThreads(): Promise<void> {
    const seen = (await this.#records.list(`${this.#place}thread/`)) as SeenThread[];
    const byAge = seen.sort((one, other) => other.at - one.at);
    const old = byAge.filter(({ at }, index) => index >= MOST_THREADS || this.#clock() - at >= LIFE_MS);
    for (const { key } of old) await this.#records.remove(key);
  }

  get #place(): string {
    return `seen/${encodeURIComponent(this.#project)}/${encodeURIComponent(this.#reader())}/`;
  }

  #keyOf(id: number): string {
    return `${this.#place}thread/${id}`;
  }
}

/** Show a list that was kept. */
export function showSeenList({ tickets }: SeenList, data: ProjectData): void {
  data.replace({ tickets: tickets.map((row) => ({ ...row, unread: null })), next_cursor: null, seq: 0 });
}
