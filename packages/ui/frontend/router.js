// @ts-check
/** The view that the address names. It is kept in the fragment, which no prefix before ours can disturb. */
import { signal } from "@preact/signals";

/**
 * @typedef {{view: "inbox"}} InboxRoute
 * @typedef {{view: "new"}} NewRoute
 * @typedef {{view: "thread", project: string, ticketId: number}} ThreadRoute
 * @typedef {InboxRoute | NewRoute | ThreadRoute} Route
 */

/** @type {import("@preact/signals").Signal<Route>} */
export const route = signal(parsed(location.hash));

addEventListener("hashchange", () => {
  route.value = parsed(location.hash);
});

export const INBOX = "#/";
export const NEW = "#/new";

/**
 * @param {string} project
 * @param {number} ticketId
 */
export function threadHref(project, ticketId) {
  return `#/tickets/${encodeURIComponent(project)}/${ticketId}`;
}

/** @param {string} href */
export function go(href) {
  location.hash = href;
}

/**
 * @param {string} hash
 * @returns {Route}
 */
function parsed(hash) {
  const [, first = "", project = "", id = ""] = hash.split("/");
  if (first === "new") return { view: "new" };
  if (first === "tickets" && project !== "" && /^[1-9]\d{0,14}$/.test(id)) {
    return { view: "thread", project: decoded(project), ticketId: Number(id) };
  }
  return { view: "inbox" };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
