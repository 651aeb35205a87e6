/** When a project's tickets are kept in the browser, and when what was kept is shown. */
import { batch } from "@preact/signals-core";
import type { ProjectSession } from "../access/project_session.ts";
import type { ProjectData } from "../project_data.ts";
import { type SeenTickets, showSeenList } from "./seen_tickets.ts";

// What is shown is kept once it has come to rest.
const KEEP_MS = 1_500;

export class KeptProject {
  readonly #seen: SeenTickets | null;
  readonly #session: ProjectSession;
  readonly #data: ProjectData;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `seen` is null where nothing is kept. */
  constructor(seen: SeenTickets | null, session: ProjectSession, data: ProjectData) {
    this.#seen = seen;
    this.#session = session;
    this.#data = data;
  }

  /** Keep what is shown now: the server was lost, or the page may be left. */
  keep(): void {
    clearTimeout(this.#timer);
    const me = this.#session.me.peek();
    if (me !== null && this.#session.seenAt.peek() === null) void this.#seen?.keep(me, this.#data);
  }

  keepSoon(): void {
    if (this.#seen === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), KEEP_MS);
  }

  /** Show the list that was kept, while nothing is known and nothing can be fetched; returns whether there was one. */
  async restore(): Promise<boolean> {
    if (this.#session.me.peek() !== null) return false;
    const isCurrent = this.#session.current();
    const list = (await this.#seen?.read()) ?? null;
    if (list === null || !isCurrent() || this.#session.phase.peek() !== "down") return false;
    batch(() => {
      showSeenList(list, this.#data);
      this.#session.restored(list.me, list.at);
    });
    return true;
  }

  /** Show a thread that was kept; returns whether there was one. */
  async restoreThread(ticketId: number): Promise<boolean> {
    return (await this.#seen?.restoreThread(ticketId, this.#data)) ?? false;
  }

  /** Remove what is kept: the user has left, or is not let in any more. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#seen?.clear();
  }
}
