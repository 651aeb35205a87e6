/** The view that the address names. It is in the fragment, which no prefix before the page's own can disturb. */

export type Route =
  | { view: "inbox" }
  | { view: "new" }
  | { view: "thread"; project: string; ticketId: number }
  /** `project` is null where the page has one alone. */
  | { view: "sign-in"; project: string | null }
  | { view: "devices" };

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
  return { view: "inbox" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
