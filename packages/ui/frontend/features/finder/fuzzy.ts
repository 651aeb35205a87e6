/** Whether typed letters are in a text in their order, how well, and where: the best of many is offered first. */

export type Range = { start: number; end: number };
export type Match = { score: number; ranges: Range[] };

const START_OF_WORD = 8;
const NEXT_TO_LAST = 5;
const MOST_GAP = 6;
// What is longer is cut for the comparison: no one types that much of a name.
const LONGEST = 200;

/** Return how a text fits what is typed; null where a letter is missing. An empty text fits everything, badly. */
export function fuzzyMatch(typed: string, text: string): Match | null {
  const folded = fold(text.slice(0, LONGEST));
  let score = 0;
  const places = new Set<number>();
  for (const word of fold(typed).split(/\s+/).filter(Boolean)) {
    const found = matchWhole(word, folded) ?? matchLetters(word, folded);
    if (found === null) return null;
    score += found.score;
    for (const place of found.places) places.add(place);
  }
  // Of two that fit as well, the shorter is the one that was meant.
  return { score: score - text.length / LONGEST, ranges: rangesOf([...places].sort((one, other) => one - other)) };
}

type Found = { score: number; places: number[] };

/** A word that stands there as a whole, at the start of one if it can be. */
function matchWhole(word: string, text: string): Found | null {
  const first = text.indexOf(word);
  if (first < 0) return null;
  let place = first;
  while (place >= 0 && !isStart(text, place)) place = text.indexOf(word, place + 1);
  const start = place < 0 ? first : place;
  const places = Array.from({ length: word.length }, (_, index) => start + index);
  return { score: word.length * NEXT_TO_LAST + (place < 0 ? 0 : START_OF_WORD), places };
}

function matchLetters(word: string, text: string): Found | null {
  const places: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of word) {
    const place = placeOf(letter, text, from);
    if (place < 0) return null;
    if (isStart(text, place)) score += START_OF_WORD / 2;
    score += place === from && places.length > 0 ? NEXT_TO_LAST : -Math.min(MOST_GAP, place - from);
    for (let index = 0; index < letter.length; index += 1) places.push(place + index);
    from = place + letter.length;
  }
  return { score, places };
}

/** Return where a letter comes next: right here, else at the start of a word, else anywhere. */
function placeOf(letter: string, text: string, from: number): number {
  const next = text.indexOf(letter, from);
  let place = next;
  while (place > from && !isStart(text, place)) place = text.indexOf(letter, place + 1);
  return place < 0 ? next : place;
}

function isStart(text: string, place: number): boolean {
  return place === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(place - 1));
}

/** As long as the text, so that a place in the one is a place in the other. */
function fold(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  const folded = [...text].map((letter) => {
    const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.length === letter.length ? plain : letter;
  });
  return folded.join("");
}

function rangesOf(places: number[]): Range[] {
  const ranges: Range[] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === place) last.end = place + 1;
    else ranges.push({ start: place, end: place + 1 });
  }
  return ranges;
}
