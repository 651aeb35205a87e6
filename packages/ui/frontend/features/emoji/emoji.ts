/** Finds emoji by what is typed after a colon. */

export type Emoji = { name: string; sign: string };
/** An emoji as its list has it: its names, and words that stand for it. */
export type Entry = { readonly emoji: string; readonly names: readonly string[]; readonly tags: readonly string[] };

// What fits by its first letters goes before what fits by a later word, or by another word for it.
const LATER = 1_000;

/** Return those with a name, or a word for them, that begins so, the shortest names first; each sign once. */
export function findEmoji(entries: readonly Entry[], typed: string, most: number): Emoji[] {
  const prefix = typed.toLowerCase();
  return entries
    .flatMap(({ emoji: sign, names, tags }) => {
      const ranked = names.map((name) => ({ name, sign, rank: rankOf(name, prefix) }));
      const [first = ""] = names;
      if (tags.some((tag) => tag.startsWith(prefix)))
        ranked.push({ name: first, sign, rank: 2 * LATER + first.length });
      return ranked.sort((one, other) => one.rank - other.rank).slice(0, 1);
    })
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ name, sign }) => ({ name, sign }));
}

function rankOf(name: string, prefix: string): number {
  if (name.startsWith(prefix)) return name.length;
  return name.includes(`_${prefix}`) ? LATER + name.length : Number.POSITIVE_INFINITY;
}
