/** What this browser has chosen for itself and the server has to know before it writes the document: a cookie. */

const YEAR_S = 31_536_000;
// What has no address of its own, such as an empty frame, has no cookies.
const NO_COOKIES = "";

/** Keep a choice for the page and everything below it; the empty text forgets it. Returns whether it is kept. */
export function rememberChoice(name: string, value: string): boolean {
  const { pathname, protocol } = new URL(".", document.baseURI);
  const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : "/";
  const secure = protocol === "https:" ? "; secure" : "";
  const age = value === "" ? 0 : YEAR_S;
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is missing where the page has no TLS.
    document.cookie = `${name}=${encodeURIComponent(value)}; path=${path}; max-age=${age}; samesite=lax${secure}`;
  } catch {
    return false;
  }
  return readChoice(name) === value;
}

export function readChoice(name: string): string {
  const pairs = readCookies().split("; ");
  const found = pairs.find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? "" : decodeURIComponent(found.slice(name.length + 1));
}

function readCookies(): string {
  try {
    return document.cookie;
  } catch {
    return NO_COOKIES;
  }
}
