/** The view that the address names. It is in the fragment, which no prefix before the page's own can disturb. */

import { parsePage, type SettingsPage } from "./settings/pages.ts";

export type Route =
  /** `list` names the view whose tickets are listed from now on; null leaves the list as it is. */
  | { view: "inbox"; list: ListName | null }
  /** `project` is the one that the ticket is about; null while that is to be chosen. */
  | { view: "new"; project: string | null }
  /** `messageId` is the message that the address names, null for none; `list` the view that the ticket is read in. */
  | { view: "thread"; project: string; ticketId: number; messageId: number | null; list?: ListName }
  /** `project` is null where the page has one alone. */
  | { view: "sign-in"; project: string | null }
  | { view: "devices" }
  /** `item` is what a page of settings is about, such as a user's id; empty for its list. */
  | { view: "settings"; page: SettingsPage; item: string }
  /** `query` says which days and which figure. */
  | { view: "stats"; query: string };

/** The views that every agent has; `inbox` is every ticket, kept up to date event by event. */
export const BUILT_IN = ["unassigned", "mine", "participating", "open", "waiting", "snoozed", "closed"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
/** What the list shows: every ticket, a view that every agent has, or a saved one of a project. */
export type ListName = "inbox" | BuiltIn | SavedName;
export type SavedName = `saved/${string}`;

export const INBOX = "#/";
export const NEW = "#/new";
export const DEVICES = "#/devices";
export const STATS = "#/stats/";
const ID = /^[1-9]\d{0,14}$/;
// A ticket that is read in a view; the name of a saved view has slashes, and any word may be the id of its project.
const IN_VIEW = /^#\/views\/(saved\/[^/]+\/[^/]+|(?!saved\/)[^/]+)\/(tickets\/.+)$/;
// Views that letters and people name by an address of their own.
const ADDRESSES = ["sign-in", "devices"];

/** Return the address of the form that files a ticket in a project. */
export function newHref(project: string): string {
  return `${NEW}/${encodeURIComponent(project)}`;
}

export function signInHref(project: string): string {
  return `#/sign-in/${encodeURIComponent(project)}`;
}

/** Return the fragment of a page that was opened at a view's own address, such as `/sign-in`. */
export function hashOfAddress(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  return ADDRESSES.includes(last) ? `#/${last}` : "";
}

export function listHref(name: ListName): string {
  return `#/views/${name}`;
}

export function savedName(project: string, viewId: number): SavedName {
  return `saved/${encodeURIComponent(project)}/${viewId}`;
}

/** Return the address of a ticket; with a view, the list shows that view next to it. */
export function threadHref(project: string, ticketId: number, list: ListName = "inbox"): string {
  const ticket = `tickets/${encodeURIComponent(project)}/${ticketId}`;
  return list === "inbox" ? `#/${ticket}` : `${listHref(list)}/${ticket}`;
}

/** Return the permanent address of a message. */
export function messageHref(project: string, ticketId: number, messageId: number): string {
  return `${threadHref(project, ticketId)}/message/${messageId}`;
}

export function parseRoute(hash: string): Route {
  const [, list, inView] = IN_VIEW.exec(hash) ?? [];
  if (list !== undefined && inView !== undefined) return readIn(parseList(list), parseRoute(`#/${inView}`));
  const [, first = "", project = "", id = ""] = hash.split("/");
  if (first === "new") return { view: "new", project: project === "" ? null : decode(project) };
  if (first === "devices") return { view: "devices" };
  if (first === "settings") return { view: "settings", page: parsePage(project), item: decode(id) };
  if (first === "stats") return { view: "stats", query: hash.slice(STATS.length) };
  if (first === "sign-in") return { view: "sign-in", project: project === "" ? null : decode(project) };
  if (first === "tickets" && project !== "" && ID.test(id)) return threadRoute(hash);
  return { view: "inbox", list: first === "views" ? parseList(hash.slice("#/views/".length)) : null };
}

function threadRoute(hash: string): Route {
  const [, , project = "", id = "", part = "", message = ""] = hash.split("/");
  const messageId = part === "message" && ID.test(message) ? Number(message) : null;
  return { view: "thread", project: decode(project), ticketId: Number(id), messageId };
}

function readIn(list: ListName | null, route: Route): Route {
  return route.view === "thread" && list !== null ? { ...route, list } : route;
}

function parseList(name: string): ListName | null {
  if (name === "inbox" || /^saved\/[^/]+\/[1-9]\d{0,14}$/.test(name)) return name as ListName;
  return BUILT_IN.find((known) => known === name) ?? null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
