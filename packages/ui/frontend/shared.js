// @ts-check
/** One connection for the streams of all projects: a browser opens only six to one address. */
import { Connection } from "./connection.js";
import { KINDS } from "./stream.js";

/**
 * @typedef {import("./types.js").TicketEvent} TicketEvent
 * @typedef {import("./stream.js").Listener} Listener
 * @typedef {import("./stream.js").Stream} Stream
 * @typedef {{seq: number, listener: Listener}} Follower
 */

// Projects are loaded at about the same time; each one more opens the connection again.
const TOGETHER_MS = 50;

export class SharedStream {
  constructor() {
    /** @type {Map<string, Follower>} those that are followed, by project */
    this.followers = new Map();
    /** @type {number | undefined} */
    this.opening = undefined;
    const received = (/** @type {any} */ event) => this.received(event);
    this.connection = new Connection({
      address: () => this.address(),
      opened: () => {}, // each project says so itself
      lost: () => this.lostAll(),
      heard: {
        "stream.open": ({ project }) => this.opened(project),
        "stream.lost": ({ project }) => this.lost(project),
        reset: ({ project }) => this.reset(project),
        ...Object.fromEntries(KINDS.map((kind) => [kind, received])),
      },
    });
  }

  /**
   * The stream of one project, carried by this connection.
   * @param {string} project
   * @param {Listener} listener
   * @returns {Stream}
   */
  of(project, listener) {
    return {
      open: (seq) => this.follow(project, { seq, listener }),
      close: () => this.leave(project),
      hurry: () => this.connection.hurry(),
    };
  }

  address() {
    const url = new URL("events", document.baseURI);
    for (const [project, { seq }] of this.followers) url.searchParams.set(project, String(seq));
    return url;
  }

  /**
   * @param {string} project
   * @param {Follower} follower
   */
  follow(project, follower) {
    this.followers.set(project, follower);
    clearTimeout(this.opening);
    this.opening = setTimeout(() => {
      this.connection.close();
      this.connection.connect();
    }, TOGETHER_MS);
  }

  /** @param {string} project */
  leave(project) {
    this.followers.delete(project);
    if (this.followers.size === 0) {
      clearTimeout(this.opening);
      this.connection.close();
    }
  }

  lostAll() {
    for (const project of [...this.followers.keys()]) this.lost(project);
  }

  /** @param {string} project */
  opened(project) {
    this.followers.get(project)?.listener.open();
  }

  /** @param {string} project */
  lost(project) {
    this.followers.get(project)?.listener.lost();
  }

  /** @param {TicketEvent & {project: string}} event */
  received(event) {
    const follower = this.followers.get(event.project);
    if (follower === undefined || event.seq <= follower.seq) return;
    follower.seq = event.seq;
    follower.listener.event(event);
  }

  /** @param {string} project */
  reset(project) {
    const follower = this.followers.get(project);
    this.leave(project);
    follower?.listener.reset();
  }
}
