/** One connection for the streams of all projects: a browser opens only six to one address. */
import { demoUser } from "../api/demo_user.ts";
import { parseError } from "../api/errors.ts";
import { type Connected, type Counts, EVENT_KINDS, type Event, type PresenceChange } from "../api/wire.ts";
import { Connection } from "./connection.ts";
import { EventQueue } from "./event_queue.ts";
import type { OpenSource } from "./event_source.ts";
import type { Stream, StreamListener } from "./stream.ts";

// Projects are loaded at about the same time; each one more opens the connection again.
const TOGETHER_MS = 50;

type Follower = { seq: number; listener: StreamListener };
type Tagged = { project: string };
type Opened = Tagged & { address?: string };
type Lost = Tagged & { error: unknown };

export class SharedStream {
  readonly #followers = new Map<string, Follower>();
  readonly #queue = new EventQueue();
  readonly #connection: Connection;
  #opening: ReturnType<typeof setTimeout> | undefined;

  constructor(openSource: OpenSource) {
    const receive = (event: Event & Tagged) => this.#receive(event);
    const handlers = {
      address: () => this.#address(),
      opened: () => {}, // each project says so itself
      lost: () => this.#lostAll(),
      events: {
        "stream.open": ({ project, address }: Opened) => this.#tell(project, (listener) => listener.open(address)),
        "stream.lost": ({ project, error }: Lost) =>
          this.#tell(project, (listener) => listener.lost(parseError(error))),
        "stream.refused": ({ project, error }: Tagged & { error: unknown }) => this.#refused(project, error),
        reset: ({ project }: Tagged) => this.#reset(project),
        counts: ({ project, counts }: Counts & Tagged) => this.#tell(project, (listener) => listener.counts(counts)),
        connected: (told: Connected & Tagged) => this.#tell(told.project, (listener) => listener.connected(told)),
        presence: (told: PresenceChange & Tagged) => this.#tell(told.project, (listener) => listener.presence(told)),
        ...Object.fromEntries(EVENT_KINDS.map((kind) => [kind, receive])),
      },
    };
    this.#connection = new Connection(handlers, openSource);
  }

  /** Return the stream of one project, carried by this connection. */
  streamOf(project: string, listener: StreamListener): Stream {
    return {
      open: (seq) => this.#follow(project, { seq, listener }),
      close: () => this.#leave(project),
      hurry: () => this.#connection.hurry(),
    };
  }

  #address(): URL {
    const url = demoUser.mark(new URL("events", document.baseURI));
    for (const [project, { seq }] of this.#followers) url.searchParams.set(project, String(seq));
    return url;
  }

  #follow(project: string, follower: Follower): void {
    this.#followers.set(project, follower);
    clearTimeout(this.#opening);
    this.#opening = setTimeout(() => {
      this.#connection.close();
      this.#connection.connect();
    }, TOGETHER_MS);
  }

  #leave(project: string): void {
    this.#followers.delete(project);
    this.#queue.clear(project);
    if (this.#followers.size === 0) {
      clearTimeout(this.#opening);
      this.#connection.close();
    }
  }

  #lostAll(): void {
    // In its turn: what was opened before it is not taken for open afterwards.
    for (const project of [...this.#followers.keys()]) this.#tell(project, (listener) => listener.lost());
  }

  #receive(event: Event & Tagged): void {
    const follower = this.#followers.get(event.project);
    if (follower === undefined || event.seq <= follower.seq) return;
    follower.seq = event.seq;
    this.#tell(event.project, (listener) => listener.event(event));
  }

  #tell(project: string, say: (listener: StreamListener) => void): void {
    const follower = this.#followers.get(project);
    if (follower !== undefined) this.#queue.push(project, () => say(follower.listener));
  }

  #refused(project: string, error: unknown): void {
    const follower = this.#followers.get(project);
    // What waits of it is of no use any more; this must not wait with it.
    this.#leave(project);
    follower?.listener.refused(parseError(error));
  }

  #reset(project: string): void {
    const follower = this.#followers.get(project);
    this.#leave(project);
    follower?.listener.reset();
  }
}
