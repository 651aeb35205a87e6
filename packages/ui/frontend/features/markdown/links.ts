/** Which addresses a text may link to, and which links have to say where they lead. */

const ALLOWED = /^(?:https?:\/\/[^\s/?#]|mailto:[^\s])/i;
const OWN_FILE = /^attachment:([1-9]\d{0,14})$/;
// What reads like the name of a host, or like an address of one.
const CLAIMED = /(?:\d{1,3}\.){3}\d{1,3}|(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+/gu;
// Zero-width and direction marks, which hide in a name what it is.
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Whether a text may link to this address: to the web and to mail, or to a file of the ticket. */
export function isAllowed(url: string): boolean {
  return ALLOWED.test(url) || OWN_FILE.test(url);
}

/** Return the id of the file that an address names; null for another address. */
export function fileIdOf(url: string): number | null {
  const match = OWN_FILE.exec(url);
  return match === null ? null : Number(match[1]);
}

/** Return where a link leads, for one whose words name another place or hide it; null for an honest one. */
export function visibleTarget(target: string, words: string): string | null {
  const url = parse(target);
  if (url === null) return target;
  const isMail = url.protocol === "mailto:";
  const place = isMail ? addressOf(url) : url.host;
  if (words.trim() === "" || url.username !== "" || url.password !== "" || place.includes("xn--")) return place;
  const host = withoutWww(isMail ? place.slice(place.lastIndexOf("@") + 1) : url.hostname);
  const claimed = words.normalize("NFKC").replace(UNSEEN, "").match(CLAIMED) ?? [];
  return claimed.some((name) => withoutWww(name) !== host) && !isSpelledOut(target, words) ? place : null;
}

/** Whether the words of a link are its address: its path may hold what reads like a host. */
function isSpelledOut(target: string, words: string): boolean {
  const written = words.trim();
  if (target === written || target === `mailto:${written}`) return true;
  const shown = parse(written);
  return shown !== null && shown.href === parse(target)?.href;
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

function addressOf(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return url.pathname;
  }
}

function withoutWww(name: string): string {
  return name.toLowerCase().replace(/^www\./, "");
}
