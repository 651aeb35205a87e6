// @ts-check
/** A connection that carries events: it comes back by itself, and a silent one counts as dead. */

// 2.5 of the server's pings, one each 20 s: browsers do not report a stream that fell silent.
const SILENCE_MS = 50_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;
// Lines without a number; while there are others, no ping is sent.
const SIGNS_OF_LIFE = ["connected", "counts", "ping", "presence"];

/**
 * @typedef {object} Ends
 * @property {() => URL} address  where to connect to, asked each time
 * @property {() => void} opened
 * @property {() => void} lost  it ended; it comes back by itself
 * @property {Record<string, (data: any) => void>} heard  what to do with the data of each kind of event
 */

export class Connection {
  /** @param {Ends} ends */
  constructor(ends) {
    this.ends = ends;
    this.failures = 0;
    /** @type {EventSource | null} */
    this.source = null;
    /** @type {number | undefined} */
    this.watchdog = undefined;
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.watchdog);
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Come back now rather than at the end of the delay, for instance when the network has come back. */
  hurry() {
    if (this.source !== null && this.source.readyState !== EventSource.CLOSED) return;
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.connect();
  }

  connect() {
    this.timer = undefined;
    const source = new EventSource(this.ends.address());
    this.source = source;
    source.onopen = () => this.opened();
    source.onerror = () => this.lost();
    for (const sign of SIGNS_OF_LIFE) source.addEventListener(sign, () => this.listen());
    for (const [kind, heard] of Object.entries(this.ends.heard)) {
      source.addEventListener(kind, (event) => {
        this.listen();
        heard(JSON.parse(/** @type {MessageEvent<string>} */ (event).data));
      });
    }
    this.listen();
  }

  opened() {
    this.failures = 0;
    this.listen();
    this.ends.opened();
  }

  listen() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lost(), SILENCE_MS);
  }

  /**
   * The browser's own reconnection gives up for ever on an answer that is no stream (the server is starting),
   * so coming back is always done here, with the address that is true then.
   */
  lost() {
    this.close();
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.failures += 1;
    // Spread out, so that a hundred pages do not all come back in the instant a server has started.
    this.timer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
    this.ends.lost();
  }
}
