/** A connection that carries events: it comes back by itself, and a silent one counts as dead. */

// 2.5 of the server's pings, one each 20 s: browsers do not report a stream that fell silent.
const SILENCE_MS = 50_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;
// Lines without a number; while there are others, no ping is sent.
const SIGNS_OF_LIFE = ["connected", "counts", "ping", "presence"];

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
  #failures = 0;
  #source: EventSource | null = null;
  #watchdog: Timer | undefined;
  #retry: Timer | undefined;

  constructor(handlers: ConnectionHandlers) {
    this.#handlers = handlers;
  }

  connect(): void {
    this.#retry = undefined;
    const source = new EventSource(this.#handlers.address());
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#lost();
    for (const sign of SIGNS_OF_LIFE) source.addEventListener(sign, () => this.#watch());
    for (const [kind, handle] of Object.entries(this.#handlers.events)) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.#watch();
        handle(JSON.parse(event.data) as never);
      });
    }
    this.#watch();
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Come back now rather than at the end of the delay, for instance when the network has come back. */
  hurry(): void {
    if (this.#source !== null && this.#source.readyState !== EventSource.CLOSED) return;
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.connect();
  }

  #opened(): void {
    this.#failures = 0;
    this.#watch();
    this.#handlers.opened();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  /**
   * The browser's own reconnection gives up for ever on an answer that is no stream (the server is starting),
   * so coming back is always done here, with the address that is true then.
   */
  #lost(): void {
    this.close();
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread out, so that a hundred pages do not all come back in the instant a server has started.
    this.#retry = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
    this.#handlers.lost();
  }
}
