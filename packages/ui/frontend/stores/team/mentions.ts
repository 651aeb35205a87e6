/** `@` and an agent's id in a text, as the server finds them, and where one is being typed. */

// Not behind a letter, as in an e-mail address, nor within a path.
const MENTION = /(?<![\p{L}\p{N}_@/.+-])@([\p{L}\p{N}_][\p{L}\p{N}_.@+-]*)/gu;
const AT_THE_END = /[.@+\-_]+$/;
// Where a mention may begin, as where one is found.
const TYPED = /(?<![\p{L}\p{N}_@/.+-])@([\p{L}\p{N}_.@+-]{0,60})$/u;

/** Where a mention begins, and the ids that it may mean: as it is written, and without the signs at its end. */
export type Mention = { start: number; ids: readonly string[] };

export function findMentions(text: string): Mention[] {
  return Array.from(text.matchAll(MENTION), ({ index, 1: written = "" }) => ({
    start: index,
    ids: [written, written.replace(AT_THE_END, "")],
  }));
}

export type Typed = { start: number; prefix: string };

export type Piece = { text: string; id: string | null };

/** Cut a text at its mentions; `isKnown` says which ids are somebody's. */
export function splitMentions(text: string, isKnown: (id: string) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { start, ids } of findMentions(text)) {
    const id = ids.find(isKnown);
    if (id === undefined) continue;
    pieces.push({ text: text.slice(end, start), id: null }, { text: `@${id}`, id });
    end = start + 1 + id.length;
  }
  pieces.push({ text: text.slice(end), id: null });
  return pieces.filter((piece) => piece.text !== "");
}

/** Return the mention that ends at the caret; null where none is being typed. */
export function findTyped(text: string, caret: number): Typed | null {
  const match = TYPED.exec(text.slice(0, caret));
  return match === null ? null : { start: match.index, prefix: match[1] ?? "" };
}
