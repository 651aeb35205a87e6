/** The view that the address names. It is in the fragment, which no prefix before the page's own can disturb. */

export type Route = { view: "inbox" } | { view: "new" } | { view: "thread"; project: string; ticketId: number };

export const INBOX = "#/";
export const NEW = "#/new";

export function threadHref(project: string, ticketId: number): string {
  return `#/tickets/${encodeURIComponent(project)}/${ticketId}`;
}

export function parseRoute(hash: string): Route {
  const [, first = "", project = "", id = ""] = hash.split("/");
  if (first === "new") return { view: "new" };
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
