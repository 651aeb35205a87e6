/** The view that the address names. It is in the fragment, which no prefix before the page's own can disturb. */

export type Route =
  /** `list` names the view whose tickets are listed from now on; null leaves the list as it is. */
  | { view: "inbox"; list: ListName | null }
  | { view: "new" }
  | { view: "thread"; project: string; ticketId: number }
  /** `project` is null where the page has one alone. */
  | { view: "sign-in"; project: string | null }
  | { view: "devices" };

/** The views that every agent has; `inbox` is every ticket, kept up to date event by event. */
export const BUILT_IN = ["unassigned", "mine", "participating", "open", "waiting", "snoozed", "closed"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
/** What the list shows: every ticket, a view that every agent has, or a saved one of a project. */
export type ListName = "inbox" | BuiltIn | SavedName;
export type SavedName = `saved/${string}`;

export const INBOX = "#/";
export const NEW = "#/new";
export const DEVICES = "#/devices";
// Views that letters and people name by an address of their own.
const ADDRESSES = ["sign-in", "devices"];

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

export function threadHref(project: string, ticketId: number): string {
  return `#/tickets/${encodeURIComponent(project)}/${ticketId}`;
}

export function parseRoute(hash: string): Route {
  const [, first = "", project = "", id = ""] = hash.split("/");
  if (first === "new") return { view: "new" };
  if (first === "devices") return { view: "devices" };
  if (first === "sign-in") return { view: "sign-in", project: project === "" ? null : decode(project) };
  if (first === "tickets" && project !== "" && /^[1-9]\d{0,14}$/.test(id)) {
    return { view: "thread", project: decode(project), ticketId: Number(id) };
  }
  return { view: "inbox", list: first === "views" ? parseList(hash.slice("#/views/".length)) : null };
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
