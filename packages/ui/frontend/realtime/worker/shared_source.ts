/** A tab's share of the one stream that the worker holds for all tabs of a browser; without a worker, its own stream. */
import { CLOSED, type OpenSource, openOwnSource, type Source, type SourceEvent } from "../event_source.ts";
import type { Places, TabMessage, WorkerMessage } from "./worker_messages.ts";

// A worker that starts on a busy machine takes seconds; one that says nothing for longer hangs.
const HELLO_MS = 10_000;

export interface WorkerPort {
  onmessage: ((event: { data: WorkerMessage }) => void) | null;
  postMessage(message: TabMessage): void;
  close(): void;
}

export interface EventWorker {
  readonly port: WorkerPort;
  onerror: (() => void) | null;
}

export type SharingOptions = {
  /** Start the worker, or reach the one that runs; may throw. */
  start: () => EventWorker;
  /** Return what tells the users of this browser apart. */
  reader: () => string;
  /** The parameters of an address that are no places. */
  unplaced: readonly string[];
  openOwn?: OpenSource;
};

/** Return what opens a tab's sources. A worker that could not be started once, as after an upgrade, is not tried again. */
export function shareSources({ start, reader, unplaced, openOwn = openOwnSource }: SharingOptions): OpenSource {
  let isBroken = false;
  const fail = () => {
    isBroken = true;
  };
  return (address) => {
    if (isBroken) return openOwn(address);
    try {
      const follow = { say: "follow" as const, reader: reader(), ...splitPlaces(address, unplaced) };
      return new SharedSource(start(), follow, () => openOwn(address), fail);
    } catch {
      fail();
      return openOwn(address);
    }
  };
}

/** Return the address without its places, and these. */
export function splitPlaces(address: URL, unplaced: readonly string[]): { address: string; places: Places } {
  const bare = new URL(address);
  const places: Places = {};
  for (const [name, value] of address.searchParams) {
    if (unplaced.includes(name)) continue;
    places[name] = Number(value);
    bare.searchParams.delete(name);
  }
  return { address: bare.href, places };
}

class SharedSource implements Source {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #worker: EventWorker;
  readonly #listeners = new Map<string, Array<(event: SourceEvent) => void>>();
  readonly #openOwn: () => Source;
  readonly #patience: ReturnType<typeof setTimeout>;
  #own: Source | null = null;
  #state = 0;

  constructor(
    worker: EventWorker,
    follow: Extract<TabMessage, { say: "follow" }>,
    openOwn: () => Source,
    fail: () => void,
  ) {
    this.#worker = worker;
    this.#openOwn = openOwn;
    this.#patience = setTimeout(() => this.#goAlone(), HELLO_MS);
    worker.onerror = () => {
      fail();
      this.#goAlone();
    };
    worker.port.onmessage = ({ data }) => this.#receive(data);
    worker.port.postMessage(follow);
  }

  get readyState(): number {
    return this.#own?.readyState ?? this.#state;
  }

  addEventListener(kind: string, listener: (event: SourceEvent) => void): void {
    const known = this.#listeners.get(kind);
    if (known === undefined) this.#listeners.set(kind, [listener]);
    else known.push(listener);
  }

  close(): void {
    this.#own?.close();
    this.#state = CLOSED;
    this.#leave();
  }

  #receive(message: WorkerMessage): void {
    if (this.#state === CLOSED || this.#own !== null) return;
    if (message.say === "hello") clearTimeout(this.#patience);
    else if (message.say === "ask") this.#worker.port.postMessage({ say: "alive" });
    else if (message.say === "open") this.#opened();
    else if (message.say === "lost") this.#lost();
    else if (message.say === "event") this.#tell(message.kind, { data: message.data, lastEventId: message.id });
  }

  #opened(): void {
    this.#state = 1;
    this.onopen?.();
  }

  #lost(): void {
    this.close();
    this.onerror?.();
  }

  #tell(kind: string, event: SourceEvent): void {
    for (const listener of this.#listeners.get(kind) ?? []) listener(event);
  }

  #leave(): void {
    clearTimeout(this.#patience);
    this.#worker.port.postMessage({ say: "leave" });
    this.#worker.port.close();
  }

  /** The worker does not start, or hangs. */
  #goAlone(): void {
    if (this.#state === CLOSED || this.#own !== null) return;
    this.#leave();
    const own = this.#openOwn();
    this.#own = own;
    own.onopen = () => this.onopen?.();
    own.onerror = () => this.onerror?.();
    for (const kind of this.#listeners.keys()) own.addEventListener(kind, (event) => this.#tell(kind, event));
  }
}
