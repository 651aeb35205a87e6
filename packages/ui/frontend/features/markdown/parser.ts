/**
 * Reads Markdown by markdown-it, which takes no HTML: a tag is text.
 *
 * It is bounded in time for any text that the server takes: the tests try what makes such parsers slow.
 */
import MarkdownIt, { type StateInline, type Token } from "markdown-it";
import { isAllowed } from "./links.ts";

// The parser drops what is deeper. A text that comes near is written to break a page, and is shown as it was written.
const DEEPEST = 100;
const TOO_DEEP = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){40,}|^[ \t]{80,}(?:[*+-]|\d{1,9}[.)])[ \t]/m;
const PLACED = /\[picture: ([^\]\n]+)\]/y;

const markdown = new MarkdownIt("default", { html: false, breaks: true, linkify: true, maxNesting: DEEPEST });
// Of a mail, spaces at the beginning of a line are no code, and a line of signs below another makes no title.
markdown.disable(["code", "lheading", "reference"]);
// `setup.py` is a file before it is a host in Paraguay: only what has a scheme is an address, or has an `@`.
markdown.linkify.set({ fuzzyLink: false, fuzzyIP: false, fuzzyEmail: true });
markdown.validateLink = isAllowed;
markdown.inline.ruler.before("link", "placed_picture", takePlacedPicture);

export type { Token };

/** Whether a text is nested so deeply that it cannot be read as Markdown. */
export function isTooDeep(text: string): boolean {
  return TOO_DEEP.test(text);
}

/** Return the tokens of a text; `names` are those of the pictures that a mail may have placed in it. */
export function tokenize(text: string, names: ReadonlySet<string>): Token[] {
  return markdown.parse(text, { names });
}

/** `[picture: NAME]` is where a mail had the picture of this name. */
function takePlacedPicture(state: StateInline, isSilent: boolean): boolean {
  PLACED.lastIndex = state.pos;
  const match = PLACED.exec(state.src);
  const name = match?.[1] ?? "";
  const names = (state.env as { names?: ReadonlySet<string> }).names;
  if (match === null || !names?.has(name)) return false;
  if (!isSilent) state.push("placed_picture", "", 0).content = name;
  state.pos += match[0].length;
  return true;
}
