// @ts-check
/** The live event stream of one project: resumes after the last event it saw, and notices when it has died. */
import { projectUrl } from "./api.js";
import { Connection } from "./connection.js";

/** @typedef {import("./types.js").TicketEvent} TicketEvent */

export const KINDS = [
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
  "read.marked",
  "view.deleted",
  "view.saved",
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
 *
 * @typedef {object} Stream  what a project follows its events by
 * @property {(seq: number) => void} open  follow what happens after the event `seq`
 * @property {() => void} close
 * @property {() => void} hurry  come back now rather than at the end of the delay
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
    const received = (/** @type {any} */ event) => this.received(event);
    this.connection = new Connection({
      address: () => this.address(),
      opened: () => listener.open(),
      lost: () => listener.lost(),
      heard: { reset: () => this.reset(), ...Object.fromEntries(KINDS.map((kind) => [kind, received])) },
    });
  }

  address() {
    const url = projectUrl(this.project, "events");
    url.searchParams.set("since", String(this.seq));
    return url;
  }

  /** @param {number} seq */
  open(seq) {
    this.close();
    this.seq = seq;
    this.connection.connect();
  }

  close() {
    this.connection.close();
  }

  hurry() {
    this.connection.hurry();
  }

  /** @param {TicketEvent} event */
  received(event) {
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    this.listener.event(event);
  }

  reset() {
    this.close();
    this.listener.reset();
  }
}
