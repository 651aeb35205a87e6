/** A connection that carries events: it comes back by itself, and a silent one counts as dead. */
import { CLOSED, type OpenSource, type Source, TRANSIENT_KINDS } from "./event_source.ts";
import { Heartbeat } from "./heartbeat.ts";

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;

export type ConnectionHandlers = {
  /** Return where to connect to; called for each attempt. */
  address(): URL;
  opened(): void;
  /** It ended; it comes back by itself. */
  lost(): void;
  /** What to do with the data of each kind of event. */
  events: Record<string, (data: never) => void>;
};

type Timer = ReturnType<typeof setTimeout>;

export class Connection {
  readonly #handlers: ConnectionHandlers;
  readonly #openSource: OpenSource;
  // What fell silent is opened again at once: it may have been asleep.
  readonly #heartbeat = new Heartbeat(() => this.#lost(0));
  #failures = 0;
  #source: Source | null = null;
  #retry: Timer | undefined;

  constructor(handlers: ConnectionHandlers, openSource: OpenSource) {
    this.#handlers = handlers;
    this.#openSource = openSource;
  }

  connect(): void {
    this.#retry = undefined;
    const source = this.#openSource(this.#handlers.address());
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#lost();
    // While there are others, no ping is sent.
    for (const sign of TRANSIENT_KINDS) source.addEventListener(sign, () => this.#heartbeat.beat());
    for (const [kind, handle] of Object.entries(this.#handlers.events)) {
      source.addEventListener(kind, ({ data }) => {
        this.#heartbeat.beat();
        handle(JSON.parse(data) as never);
      });
    }
    this.#heartbeat.beat();
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
    this.#heartbeat.stop();
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Come back now rather than at the end of the delay, as when the network has come back or the page wakes up. */
  hurry(): void {
    this.#heartbeat.look();
    if (this.#source !== null && this.#source.readyState !== CLOSED) return;
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.connect();
  }

  #opened(): void {
    this.#failures = 0;
    this.#heartbeat.beat();
    this.#handlers.opened();
  }

  /**
   * The browser's own reconnection gives up for ever on an answer that is no stream (the server is starting),
   * so coming back is always done here, with the address that is true then.
   */
  #lost(firstDelay = FIRST_DELAY_MS): void {
    this.close();
    const delay = this.#failures === 0 ? firstDelay : Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread out, so that a hundred pages do not all come back in the instant a server has started.
    this.#retry = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
    this.#handlers.lost();
  }
}
