// @ts-check
/** The whole desk: every project of the page, who looks at it, what is unread, and what is said aloud. */
import { computed, effect, signal } from "@preact/signals";

import { people } from "./api.js";
import { Project } from "./project.js";
import { INBOX, go, route } from "./router.js";
import { SharedStream } from "./shared.js";

/**
 * @typedef {import("./types.js").User} User
 * @typedef {import("./types.js").Ticket} Ticket
 * @typedef {import("./types.js").TicketEvent} TicketEvent
 */

/** @type {import("./types.js").Configuration} */
const configuration = JSON.parse(document.getElementById("configuration")?.textContent ?? "{}");

export const hasSeveral = configuration.projects.length > 1;
const shared = hasSeveral ? new SharedStream() : null;

export const projects = configuration.projects.map((described) => new Project(described, shared, noticed));

/** What a screen reader says next. */
export const announcement = signal("");
/** Tickets with news that were not looked at since, as `project/ticket`. */
export const unread = signal(/** @type {ReadonlySet<string>} */ (new Set()));
/** The demo users of dev mode; empty outside of it. */
export const demoUsers = signal(/** @type {User[]} */ ([]));

// What somebody wants to read; that a field was set is shown, and no more.
const NEWS = new Set(["ticket.created", "ticket.shown", "message.replied", "message.noted"]);

/** Every ticket of every project, newest activity first. */
export const inbox = computed(() =>
  projects
    .flatMap((project) => project.shown.value.map((ticket) => ({ project, ticket })))
    .sort((one, other) => other.ticket.updated_at - one.ticket.updated_at),
);

/** The first project that knows us: who that is, is shown in the head of the page. */
export const home = computed(() => projects.find((project) => project.me.value !== null) ?? null);

/** @param {string} id */
export function projectOf(id) {
  return projects.find((project) => project.id === id) ?? null;
}

/**
 * @param {string} project
 * @param {number} ticketId
 */
export function unreadKey(project, ticketId) {
  return `${project}/${ticketId}`;
}

export function start() {
  for (const project of projects) void project.load();
  void loadDemoUsers();
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      hurry();
      markRead();
    }
  });
  addEventListener("focus", markRead);
  effect(markRead);
  effect(() => {
    const count = unread.value.size;
    document.title = count === 0 ? "Support" : `(${count}) Support`;
  });
}

export function hurry() {
  for (const project of projects) project.hurry();
}

/**
 * Take the place of another demo user, everywhere.
 * @param {string} userId
 */
export function become(userId) {
  document.cookie = `${configuration.picker}=${encodeURIComponent(userId)}; path=${cookiePath()}; samesite=strict`;
  unread.value = new Set();
  for (const project of projects) {
    project.forget();
    void project.load();
  }
  if (route.value.view === "thread") go(INBOX);
}

async function loadDemoUsers() {
  if (configuration.picker === null) return;
  for (const project of projects) {
    try {
      demoUsers.value = await people(project.id);
      return;
    } catch {
      // This project is down or not in dev mode; another may tell, or the first one when it is back.
    }
  }
}

// The picker is filled late when the server was down as the page was opened.
effect(() => {
  if (demoUsers.value.length === 0 && projects.some((project) => project.phase.value === "live")) {
    void loadDemoUsers();
  }
});

function cookiePath() {
  return new URL(".", document.baseURI).pathname;
}

/** The open ticket counts as read while the page is in front of somebody. */
function markRead() {
  const where = route.value;
  if (where.view !== "thread" || document.visibilityState !== "visible") return;
  const key = unreadKey(where.project, where.ticketId);
  if (!unread.value.has(key)) return;
  const rest = new Set(unread.value);
  rest.delete(key);
  unread.value = rest;
}

/**
 * Something happened in a project: say it, and mark it unread when it is somebody else's doing.
 * @param {Project} project
 * @param {TicketEvent} event
 */
function noticed(project, event) {
  const { ticket } = event;
  if (ticket === null || !NEWS.has(event.kind)) return;
  const author = event.message?.author ?? ticket.customer;
  if (author === project.me.value?.user_id) return;
  announcement.value = spoken(event, ticket);
  unread.value = new Set(unread.value).add(unreadKey(project.id, ticket.ticket_id));
  markRead();
}

/**
 * @param {TicketEvent} event
 * @param {Ticket} ticket
 */
function spoken({ kind, message }, ticket) {
  if (kind === "ticket.created") return `New ticket from ${ticket.customer_name}: ${ticket.title}`;
  const what = kind === "message.noted" ? "wrote a note on" : "answered";
  return `${message?.author_name ?? "Somebody"} ${what} ${ticket.title}`;
}
