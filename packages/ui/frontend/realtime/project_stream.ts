/** The event stream of one project: it resumes after the last event it saw. */
import { ownUrl } from "../api/client.ts";
import { type Connected, type Counts, EVENT_KINDS, type Event, type PresenceChange } from "../api/wire.ts";
import { Connection } from "./connection.ts";
import { type OpenSource, SINCE } from "./event_source.ts";
import type { Stream, StreamListener } from "./stream.ts";

export class ProjectStream implements Stream {
  readonly #project: string;
  readonly #listener: StreamListener;
  readonly #connection: Connection;
  #seq = 0;

  constructor(project: string, listener: StreamListener, openSource: OpenSource) {
    this.#project = project;
    this.#listener = listener;
    const receive = (event: Event) => this.#receive(event);
    const handlers = {
      address: () => this.#address(),
      opened: () => listener.open(),
      lost: () => listener.lost(),
      events: {
        reset: () => this.#reset(),
        counts: ({ counts }: Counts) => listener.counts(counts),
        connected: (connected: Connected) => listener.connected(connected),
        presence: (change: PresenceChange) => listener.presence(change),
        ...Object.fromEntries(EVENT_KINDS.map((kind) => [kind, receive])),
      },
    };
    this.#connection = new Connection(handlers, openSource);
  }

  open(seq: number): void {
    this.close();
    this.#seq = seq;
    this.#connection.connect();
  }

  close(): void {
    this.#connection.close();
  }

  hurry(): void {
    this.#connection.hurry();
  }

  #address(): URL {
    const url = ownUrl(this.#project, "events");
    url.searchParams.set(SINCE, String(this.#seq));
    return url;
  }

  #receive(event: Event): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    this.#listener.event(event);
  }

  #reset(): void {
    this.close();
    this.#listener.reset();
  }
}
