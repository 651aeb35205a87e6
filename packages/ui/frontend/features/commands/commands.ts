/** What the palette offers: each thing has words to be found by, and something that it does. */
import type { ComponentChildren } from "preact";
import { fuzzyMatch, type Match } from "../finder/fuzzy.ts";

export type Command = {
  /** By which it is known as one that was run before. */
  id: string;
  words: string;
  /** What stands next to the words, such as its key. */
  detail?: ComponentChildren;
  href?: string;
  run: () => void;
};

export type Ranked = { command: Command; match: Match };

const MOST = 40;
// As much as a word that begins so: what was run last comes first among what fits as well.
const RECENT = 6;

/** Return the commands that fit what is typed, the best first; what was run lately is before what was not. */
export function rank(commands: readonly Command[], typed: string, recent: readonly string[]): Ranked[] {
  const ranked = commands.flatMap((command) => {
    const match = fuzzyMatch(typed, command.words);
    if (match === null) return [];
    const place = recent.indexOf(command.id);
    const bonus = place < 0 ? 0 : RECENT - place / recent.length;
    return { command, match: { ...match, score: match.score + bonus } };
  });
  const isTyped = typed.trim() !== "";
  // Where nothing is typed, the order is that of the list.
  return ranked
    .sort((one, other) => (isTyped ? other.match.score - one.match.score : recentFirst(one, other, recent)))
    .slice(0, MOST);
}

function recentFirst(one: Ranked, other: Ranked, recent: readonly string[]): number {
  const place = ({ command }: Ranked) => {
    const found = recent.indexOf(command.id);
    return found < 0 ? recent.length : found;
  };
  return place(one) - place(other);
}

/** Return the number of a ticket that is typed as `12` or `#12`; null for words. */
export function typedNumber(typed: string): number | null {
  const [, digits] = /^#?([1-9]\d{0,14})$/.exec(typed.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}
