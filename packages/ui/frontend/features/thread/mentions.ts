/** `@` and an agent's id: where it is being typed, and where it stands in a text. As the server finds them. */

// Not behind a letter, as in an e-mail address, nor within a path.
const MENTION = /(?<![\p{L}\p{N}_@/.+-])@([\p{L}\p{N}_][\p{L}\p{N}_.@+-]*)/gu;
const TYPED = /(?<![\p{L}\p{N}_@/.+-])@([\p{L}\p{N}_.@+-]{0,60})$/u;
const AT_THE_END = /[.@+\-_]+$/;

export type Typed = { start: number; prefix: string };
export type Piece = { text: string; id: string | null };

/** Return the mention that ends at the caret; null where none is being typed. */
export function findTyped(text: string, caret: number): Typed | null {
  const match = TYPED.exec(text.slice(0, caret));
  return match === null ? null : { start: match.index, prefix: match[1] ?? "" };
}

/** Return the text with an id in place of what was typed, and where the caret goes on. */
export function insertMention(text: string, { start, prefix }: Typed, id: string): { text: string; caret: number } {
  const rest = text.slice(start + 1 + prefix.length);
  const mention = `@${id}${rest.startsWith(" ") ? "" : " "}`;
  return { text: text.slice(0, start) + mention + rest, caret: start + id.length + 2 };
}

/** Cut a text at its mentions; `isKnown` says which ids are somebody's. */
export function splitMentions(text: string, isKnown: (id: string) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MENTION)) {
    const written = match[1] ?? "";
    const id = [written, written.replace(AT_THE_END, "")].find(isKnown);
    if (id === undefined) continue;
    pieces.push({ text: text.slice(end, match.index), id: null }, { text: `@${id}`, id });
    end = match.index + 1 + id.length;
  }
  pieces.push({ text: text.slice(end), id: null });
  return pieces.filter((piece) => piece.text !== "");
}
