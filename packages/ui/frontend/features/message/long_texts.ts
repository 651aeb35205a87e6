/** Where a long text is cut until its reader asks for the rest. */

const LINES = 40;
const CHARACTERS = 3_000;
// A rest that is shorter is read faster than it is asked for.
const REST_LINES = 12;
const REST_CHARACTERS = 1_000;

export type Cut = { text: string; isCut: boolean };

/** Return the beginning of a text that is too long to be shown whole, up to the end of a line or of a word. */
export function cutLongText(text: string): Cut {
  const end = Math.min(endOfLines(text, LINES), text.length <= CHARACTERS ? text.length : endOfWords(text, CHARACTERS));
  const rest = text.slice(end);
  const isLong = rest.length > REST_CHARACTERS || rest.split("\n", REST_LINES + 1).length > REST_LINES;
  return isLong ? { text: text.slice(0, end).trimEnd(), isCut: true } : { text, isCut: false };
}

/** Return where so many lines end. */
function endOfLines(text: string, lines: number): number {
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end < 0) return text.length;
  }
  return end;
}

/** Return the last end of a line, else of a word, before a place; the place itself where there is none. */
function endOfWords(text: string, place: number): number {
  const beginning = text.slice(0, place);
  const line = beginning.lastIndexOf("\n");
  if (line > place / 2) return line;
  const word = beginning.lastIndexOf(" ");
  if (word > place / 2) return word;
  // Half of a pair of surrogates is no letter.
  return /[\ud800-\udbff]$/.test(beginning) ? place - 1 : place;
}
