/**
 * The last events of a stream, for tabs that join it late.
 *
 * A stream carries one project, whose place is the parameter `since`, or several, whose places are parameters with
 * their names; then each event names its project, and its id is the place in all of them.
 */
import { PROJECT_KINDS, SINCE, TRANSIENT_KINDS } from "../event_source.ts";
import type { Places, WorkerMessage } from "./worker_messages.ts";

export type SentEvent = Extract<WorkerMessage, { say: "event" }>;

const MOST_EVENTS = 500;
// In characters: two texts of the largest size, some hundred of the usual one.
const MOST_TEXT = 1_000_000;
// Who looks at what, since the stream began. With more, it is opened again for the next tab: then it says who is there.
const MOST_LATEST = 1_000;
const STATES: ReadonlySet<string> = new Set(PROJECT_KINDS);
const UNNUMBERED: ReadonlySet<string> = new Set([...TRANSIENT_KINDS, ...PROJECT_KINDS]);

type Numbered = { name: string; seq: number; event: SentEvent };
type Body = { project?: string; ticket_id?: number; user_id?: string; level?: string | null };

export class RecentEvents {
  /** Where what is kept begins, and what was read up to, by stream. */
  readonly #kept = new Map<string, { from: number; to: number }>();
  #events: Numbered[] = [];
  #size = 0;
  /** What a stream has said last of each thing that it does not say again. */
  readonly #latest = new Map<string, SentEvent>();

  /** Whether a tab that knows these places can be told all that it has missed. */
  reaches(places: Places): boolean {
    if (this.#latest.size > MOST_LATEST) return false;
    return Object.entries(places).every(([name, place]) => place >= (this.#kept.get(name)?.from ?? Infinity));
  }

  /** Return where to open the stream so that nothing is missing for these places, nor for who follows it already. */
  begin(places: Places): Places {
    this.#latest.clear();
    for (const [name, place] of Object.entries(places)) {
      const kept = this.#kept.get(name);
      if (kept !== undefined && place >= kept.from) continue;
      this.#forget(name);
      this.#kept.set(name, { from: place, to: place });
    }
    return Object.fromEntries([...this.#kept].map(([name, { to }]) => [name, to]));
  }

  /** Return the events after these places, in their order. */
  after(places: Places): SentEvent[] {
    return this.#events.filter(({ name, seq }) => seq > (places[name] ?? Infinity)).map(({ event }) => event);
  }

  /** Return what was said last, in the order in which it was first said. */
  latest(): SentEvent[] {
    return [...this.#latest.values()];
  }

  add(event: SentEvent): void {
    if (event.kind === "ping") return;
    if (UNNUMBERED.has(event.kind)) this.#remember(event);
    else if (event.kind === "reset") this.#restart(event);
    else this.#keep(event);
  }

  #keep(event: SentEvent): void {
    const [name, seq] = placeOf(event);
    const kept = this.#kept.get(name);
    if (kept === undefined || seq <= kept.to) return;
    kept.to = seq;
    this.#events.push({ name, seq, event });
    this.#size += event.data.length;
    while (this.#events.length > MOST_EVENTS || this.#size > MOST_TEXT) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#events.shift();
    if (oldest === undefined) return;
    this.#size -= oldest.event.data.length;
    const kept = this.#kept.get(oldest.name);
    if (kept !== undefined) kept.from = Math.max(kept.from, oldest.seq);
  }

  #remember(event: SentEvent): void {
    const body: Body = JSON.parse(event.data);
    const project = body.project ?? "";
    if (event.kind === "presence") {
      const key = `presence ${project} ${body.ticket_id} ${body.user_id}`;
      this.#latest.delete(key);
      // `connected` may have said that they are there.
      this.#latest.set(key, event);
      return;
    }
    if (event.kind === "connected") this.#forgetLatest(`presence ${project} `);
    this.#latest.set(`${STATES.has(event.kind) ? "state" : event.kind} ${project}`, event);
    // The server follows this project no more.
    if (event.kind === "stream.refused") this.#leave(project);
  }

  /** The server cannot continue. One project's stream goes on after this; of several, that one has ended. */
  #restart(event: SentEvent): void {
    const [name, seq] = placeOf(event);
    if (name !== SINCE) this.#leave(name);
    else if (this.#kept.has(name)) {
      this.#forget(name);
      this.#kept.set(name, { from: seq, to: seq });
    }
  }

  #leave(name: string): void {
    this.#forget(name);
    this.#kept.delete(name);
  }

  #forget(name: string): void {
    this.#events = this.#events.filter((kept) => kept.name !== name);
    this.#size = this.#events.reduce((size, { event }) => size + event.data.length, 0);
  }

  #forgetLatest(prefix: string): void {
    for (const key of [...this.#latest.keys()]) if (key.startsWith(prefix)) this.#latest.delete(key);
  }
}

/** Return which stream an event is of, and its number there. */
function placeOf({ data, id }: SentEvent): [name: string, seq: number] {
  if (!id.includes("=")) return [SINCE, Number(id)];
  const { project = "" }: Body = JSON.parse(data);
  return [project, Number(new URLSearchParams(id).get(project))];
}
