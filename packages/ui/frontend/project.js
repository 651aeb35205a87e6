// @ts-check
/** One project as the page knows it: who we are there, its tickets and threads, kept true by its event stream. */
import { batch, computed, signal } from "@preact/signals";

import { ApiError, UNAUTHENTICATED, call, clientToken } from "./api.js";
import { byActivity, inOrder, withMessages, withTickets, withoutTicket } from "./state.js";
import { EventStream } from "./stream.js";

/**
 * @typedef {import("./types.js").User} User
 * @typedef {import("./types.js").Ticket} Ticket
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").TicketEvent} TicketEvent
 * @typedef {import("./state.js").Tickets} Tickets
 * @typedef {import("./state.js").Messages} Messages
 *
 * `loading`: nothing is known yet. `live`: what is shown is true now. `behind`: it was true a moment ago.
 * `down`: nothing could be fetched, and we keep trying. `refused`: the server does not know who we are.
 * @typedef {"loading" | "live" | "behind" | "down" | "refused"} Phase
 */

/**
 * @template T
 * @typedef {import("@preact/signals").Signal<T>} Signal
 */

const RETRY_MS = 3_000;
const PAGE_LENGTH = 50;
// After one of these the thread of the event's ticket is another.
const THREAD_CHANGED = new Set(["ticket.shown", "ticket.merged", "ticket.split"]);

/** A ticket's messages; `loaded` says that the earlier ones are there too. */
export class Thread {
  constructor() {
    /** @type {Signal<Messages>} */
    this.messages = signal(new Map());
    /** The number of the event that brought a message. @type {Map<number, number>} */
    this.arrived = new Map();
    this.loaded = signal(false);
    /** @type {Signal<ApiError | null>} */
    this.problem = signal(null);
    this.shown = computed(() => inOrder(this.messages.value));
  }

  /**
   * Take the thread as it was fetched at `seq`; what came after that stays.
   * @param {Message[]} messages
   * @param {number} seq
   */
  replace(messages, seq) {
    const later = this.shown.value.filter(({ message_id: id }) => (this.arrived.get(id) ?? 0) > seq);
    this.messages.value = withMessages(withMessages(new Map(), messages), later);
  }

  /**
   * @param {Message} message
   * @param {number} seq  the number of the event that brought it; that of none yet when we have just sent it
   */
  add(message, seq = Number.MAX_SAFE_INTEGER) {
    this.arrived.set(message.message_id, seq);
    this.messages.value = withMessages(this.messages.value, [message]);
  }
}

export class Project {
  /**
   * @param {{id: string, name: string}} described
   * @param {import("./shared.js").SharedStream | null} shared  what carries its events; null: a stream of its own
   * @param {(project: Project, event: TicketEvent) => void} onEvent
   */
  constructor({ id, name }, shared, onEvent) {
    this.id = id;
    this.name = name;
    /** @type {Signal<Phase>} */
    this.phase = signal("loading");
    /** @type {Signal<ApiError | null>} */
    this.problem = signal(null);
    /** @type {Signal<User | null>} */
    this.me = signal(null);
    this.isDev = signal(false);
    /** @type {Signal<Tickets>} */
    this.tickets = signal(new Map());
    /** @type {Signal<string | null>} */
    this.cursor = signal(null);
    this.isStaff = computed(() => this.me.value !== null && this.me.value.role !== "customer");
    this.shown = computed(() => byActivity(this.tickets.value));
    /** @type {Map<number, Thread>} */
    this.threads = new Map();
    /** Counts the loads, so that the answer to an earlier one (another person's!) is never taken for ours. */
    this.generation = 0;
    /** @type {number | undefined} */
    this.retry = undefined;
    this.onEvent = onEvent;
    const listener = {
      event: (/** @type {TicketEvent} */ event) => this.apply(event),
      open: () => this.caughtUp(),
      lost: () => void this.fallenBehind(),
      reset: () => void this.load(),
    };
    /** @type {import("./stream.js").Stream} */
    this.stream = shared === null ? new EventStream(id, listener) : shared.of(id, listener);
  }

  /** Forget everything, as when another person takes over. */
  forget() {
    batch(() => {
      this.stream.close();
      this.phase.value = "loading";
      this.me.value = null;
      this.tickets.value = new Map();
      this.cursor.value = null;
      this.threads.clear();
    });
  }

  /** Fetch a snapshot, then follow the events after it. Fails into a phase, never by throwing. */
  async load() {
    clearTimeout(this.retry);
    const generation = ++this.generation;
    try {
      const [health, me, list] = await Promise.all([
        call(this.id, "system.health"),
        call(this.id, "user.me"),
        call(this.id, "ticket.list", { limit: PAGE_LENGTH }),
      ]);
      if (generation === this.generation) this.loaded(health, me, list);
    } catch (error) {
      if (generation === this.generation) this.failed(asApiError(error));
    }
  }

  /**
   * @param {{auth_mode: string}} health
   * @param {User} me
   * @param {{tickets: Ticket[], next_cursor: string | null, seq: number}} list
   */
  loaded(health, me, list) {
    const open = [...this.threads.keys()];
    batch(() => {
      this.isDev.value = health.auth_mode === "dev";
      this.me.value = me;
      this.tickets.value = withTickets(new Map(), list.tickets, list.seq);
      this.cursor.value = list.next_cursor;
      this.problem.value = null;
      if (this.phase.value !== "live") this.phase.value = "behind";
    });
    this.stream.open(list.seq);
    for (const ticketId of open) void this.loadThread(ticketId);
  }

  /** @param {ApiError} error */
  failed(error) {
    batch(() => {
      this.problem.value = error;
      this.phase.value = error.code === UNAUTHENTICATED ? "refused" : "down";
    });
    if (error.code !== UNAUTHENTICATED) this.retry = setTimeout(() => void this.load(), RETRY_MS);
  }

  caughtUp() {
    batch(() => {
      this.phase.value = "live";
      this.problem.value = null;
    });
  }

  /** A stream cannot say why it ended, so ask in the ordinary way. */
  async fallenBehind() {
    if (this.phase.value !== "live" && this.phase.value !== "behind") return;
    this.phase.value = "behind";
    const generation = this.generation;
    try {
      await call(this.id, "system.health");
    } catch (error) {
      if (generation === this.generation && this.phase.value === "behind") this.problem.value = asApiError(error);
    }
  }

  /** Try again now: the person asked, or the network has come back. */
  hurry() {
    if (this.phase.value === "down" || this.phase.value === "refused") void this.load();
    else this.stream.hurry();
  }

  /** @param {TicketEvent} event */
  apply(event) {
    batch(() => {
      if (event.record?.noun === "removed" && event.record.of === "ticket") this.forgetTicket(Number(event.record.key));
      if (event.ticket === null) return;
      const { ticket_id: ticketId } = event.ticket;
      this.tickets.value = withTickets(this.tickets.value, [event.ticket], event.seq);
      if (event.message !== null) this.threads.get(ticketId)?.add(event.message, event.seq);
      if (THREAD_CHANGED.has(event.kind)) void this.loadThread(ticketId);
      this.onEvent(this, event);
    });
  }

  /** @param {number} ticketId */
  forgetTicket(ticketId) {
    this.tickets.value = withoutTicket(this.tickets.value, ticketId);
    this.threads.delete(ticketId);
  }

  /** @param {number} ticketId */
  ticket(ticketId) {
    return this.tickets.value.get(ticketId)?.ticket ?? null;
  }

  /**
   * The thread of a ticket; its messages are fetched when it is first asked for.
   * @param {number} ticketId
   */
  thread(ticketId) {
    let thread = this.threads.get(ticketId);
    if (thread === undefined) {
      thread = new Thread();
      this.threads.set(ticketId, thread);
      void this.loadThread(ticketId);
    }
    return thread;
  }

  /** @param {number} ticketId */
  async loadThread(ticketId) {
    const thread = this.threads.get(ticketId);
    if (thread === undefined) return;
    const generation = this.generation;
    try {
      const [ticket, list] = await Promise.all([
        this.ticket(ticketId) ?? call(this.id, "ticket.get", { ticket_id: ticketId }),
        call(this.id, "message.list", { ticket_id: ticketId }),
      ]);
      if (generation !== this.generation) return;
      batch(() => {
        if (this.ticket(ticketId) === null) this.tickets.value = withTickets(this.tickets.value, [ticket], 0);
        thread.replace(list.messages, list.seq);
        thread.loaded.value = true;
        thread.problem.value = null;
      });
    } catch (error) {
      if (generation === this.generation) thread.problem.value = asApiError(error);
    }
  }

  /** Fetch the next page of the list; throws ApiError. */
  async loadMore() {
    const generation = this.generation;
    const list = await call(this.id, "ticket.list", { cursor: this.cursor.value, limit: PAGE_LENGTH });
    if (generation !== this.generation) return;
    batch(() => {
      this.tickets.value = withTickets(this.tickets.value, list.tickets, list.seq);
      this.cursor.value = list.next_cursor;
    });
  }

  /**
   * Send a message; throws ApiError. The message appears at once, its event changes nothing any more.
   * @param {number} ticketId
   * @param {import("./types.js").MessageKind} kind
   * @param {string} body
   * @param {string} token
   */
  async send(ticketId, kind, body, token) {
    const generation = this.generation;
    const params = { ticket_id: ticketId, body, client_token: token };
    const message = await call(this.id, kind === "note" ? "message.note" : "message.reply", params);
    if (generation === this.generation) this.threads.get(ticketId)?.add(message);
  }

  /**
   * File a ticket; throws ApiError.
   * @param {{title: string, body: string, priority: import("./types.js").Priority}} written
   * @param {string} token
   * @returns {Promise<number>} its id
   */
  async file(written, token) {
    const ticket = await call(this.id, "ticket.create", { ...written, client_token: token });
    this.tickets.value = withTickets(this.tickets.value, [ticket], 0);
    return ticket.ticket_id;
  }
}

/** A token stays with its text: the same text sent again is a retry, another text is another message. */
export class Attempt {
  constructor() {
    this.text = "";
    this.token = "";
  }

  /** @param {string} text */
  tokenFor(text) {
    if (this.token === "" || this.text !== text) {
      this.text = text;
      this.token = clientToken();
    }
    return this.token;
  }
}

/**
 * @param {unknown} error
 * @returns {ApiError}
 */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  return new ApiError("The page failed to show this", { reason: "page-defect", hint: String(error) });
}
