/** How many tags a row has room for: reckoned from the letters of what stands in it, so that no row is measured. */
import { signal } from "@preact/signals";

/** The width of the list, in the font size of the document. */
export const listWidth = signal(0);

// What stands around the chips of a row: its edges, the picture of its customer, and that of who has it.
const EDGES = 2;
const AVATAR = 2.5;
const PERSON = 1.35;
const GAP = 0.5;
// The dot of a status, and the frame and edges of a chip.
const DOT = 0.8;
const FRAME = 1.05;
// Less of a tag says nothing.
const LEAST = 3;

// Letters of the font of chips, in the font size of the document: narrow, of other scripts, capital, and all others.
const NARROW = /[ijlt.,:;'|!()[\] -]/;
const BROAD = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{3ffff}]/u;
const CAPITAL = /[mw@%&\p{Lu}]/u;

// Of each letter that a tag had: three patterns for every letter of every row are what a first list waits for.
const widths = new Map<string, number>();

export type Marks = {
  status: string;
  /** The words in frames: a priority, or that the ticket is overdue. */
  chips: readonly string[];
  hasCustomer: boolean;
  /** How many pictures of people stand at the end. */
  people: number;
};

/** Return how wide the tags of a row may be together. */
export function roomForTags(width: number, { status, chips, hasCustomer, people }: Marks): number {
  const framed = chips.reduce((sum, word) => sum + chipWidth(word) + GAP, 0);
  const taken = EDGES + (hasCustomer ? AVATAR : 0) + DOT + widthOf(status) + framed + people * (PERSON + GAP);
  return width - taken;
}

/** Return how many of the tags are shown, `most` at most; the others are a number. */
export function countShown(tags: readonly string[], room: number, most: number): number {
  for (let count = Math.min(most, tags.length); count > 0; count -= 1) {
    if (widthOfTags(tags, count) <= room) return count;
  }
  return room >= LEAST + GAP + restWidth(tags.length - 1) ? Math.min(1, tags.length) : 0;
}

function widthOfTags(tags: readonly string[], count: number): number {
  const shown = tags.slice(0, count).reduce((sum, tag) => sum + GAP + chipWidth(tag), 0);
  return shown + restWidth(tags.length - count);
}

/** The room of the number of the tags that are not shown. */
function restWidth(count: number): number {
  return count > 0 ? GAP + widthOf(`+${count}`) : 0;
}

function chipWidth(words: string): number {
  return FRAME + widthOf(words);
}

function widthOf(words: string): number {
  let width = 0;
  for (const letter of words) width += letterWidth(letter);
  return width;
}

function letterWidth(letter: string): number {
  const known = widths.get(letter);
  if (known !== undefined) return known;
  const width = reckonWidth(letter);
  widths.set(letter, width);
  return width;
}

function reckonWidth(letter: string): number {
  if (NARROW.test(letter)) return 0.27;
  if (BROAD.test(letter)) return 0.85;
  return CAPITAL.test(letter) ? 0.58 : 0.455;
}
