// @ts-check
/** The live event stream of one project: resumes after the last event it saw, and notices when it has died. */
import { projectUrl } from "./api.js";

/** @typedef {import("./types.js").TicketEvent} TicketEvent */

// 2.5 of the server's pings, one each 20 s: browsers do not report a stream that fell silent.
const SILENCE_MS = 50_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;
// Lines without a number; while there are others, no ping is sent.
const SIGNS_OF_LIFE = ["connected", "presence", "ping"];
const KINDS = [
  "draft.deleted",
  "draft.saved",
  "macro.deleted",
  "macro.saved",
  "project.updated",
  "reply.deleted",
  "reply.saved",
  "ticket.created",
  "ticket.updated",
  "ticket.merged",
  "ticket.split",
  "ticket.shown",
  "ticket.hidden",
  "message.replied",
  "message.noted",
  "message.edited",
  "user.deactivated",
  "user.enrolled",
  "user.reactivated",
  "user.updated",
];

/**
 * @typedef {object} Listener
 * @property {(event: TicketEvent) => void} event
 * @property {() => void} open  the stream is live
 * @property {() => void} lost  the stream ended; it comes back by itself
 * @property {() => void} reset  the server cannot continue: a new snapshot is needed
 */

export class EventStream {
  /**
   * @param {string} project
   * @param {Listener} listener
   */
  constructor(project, listener) {
    this.project = project;
    this.listener = listener;
    this.seq = 0;
    this.failures = 0;
    /** @type {EventSource | null} */
    this.source = null;
    /** @type {number | undefined} */
    this.watchdog = undefined;
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  /**
   * Follow what happens after the event `seq`.
   * @param {number} seq
   */
  open(seq) {
    this.close();
    this.seq = seq;
    this.connect();
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.watchdog);
    clearTimeout(this.timer);
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
    const url = projectUrl(this.project, "events");
    url.searchParams.set("since", String(this.seq));
    const source = new EventSource(url);
    this.source = source;
    source.onopen = () => this.opened();
    source.onerror = () => this.lost();
    for (const sign of SIGNS_OF_LIFE) source.addEventListener(sign, () => this.heard());
    source.addEventListener("reset", () => this.reset());
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this.received(/** @type {MessageEvent<string>} */ (event)));
    }
    this.heard();
  }

  opened() {
    this.failures = 0;
    this.heard();
    this.listener.open();
  }

  heard() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lost(), SILENCE_MS);
  }

  /** @param {MessageEvent<string>} message */
  received(message) {
    this.heard();
    /** @type {TicketEvent} */
    const event = JSON.parse(message.data);
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    this.listener.event(event);
  }

  /**
   * The browser's own reconnection gives up for ever on an answer that is no stream (the server is starting),
   * so coming back is always done here, with the number that we know.
   */
  lost() {
    this.close();
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.failures += 1;
    // Spread out, so that a hundred pages do not all come back in the instant a server has started.
    this.timer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
    this.listener.lost();
  }

  reset() {
    this.close();
    this.listener.reset();
  }
}
