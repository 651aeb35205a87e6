/** How a text that is being written and the server's draft of it come together. */
import { type DraftContent, goesOn, isEmpty, isSame, isSameText } from "./draft_content.ts";

/**
 * What is here: the text, whether it was written here, what the server was last known to have, and the version of that,
 * 0 for none.
 */
export type Here = { mine: DraftContent; isOwn: boolean; saved: DraftContent; version: number };
/** What the author was heard to send, and whether it was taken out of this very form. */
export type Sent = { body: string; isFromHere: boolean };
/** What the server has. */
export type There = { theirs: DraftContent; version: number };

/**
 * `known`: it is the version that this goes on from. `same`: both say the same. `take`: nothing was written here since.
 * `go-on`: what is here has all of theirs. `both`: each has what the other lacks.
 */
export type Merge = "known" | "same" | "take" | "go-on" | "both";

export function merge({ mine, isOwn, saved, version }: Here, there: There): Merge {
  if (there.version === version) return "known";
  if (isSame(there.theirs, mine)) return "same";
  if (isSame(mine, saved)) return "take";
  if (isSame(there.theirs, saved) || goesOn(mine, there.theirs)) return "go-on";
  // What was here goes on in another draft: nothing of it is lost here.
  return isEmpty(mine) && !isOwn ? "take" : "both";
}

/**
 * Whether a text stays that the server has no draft of any more: it was sent, or emptied elsewhere.
 *
 * `sent` is null for nothing; `isOwn` says that the text was written here. The same words may be written again after
 * they were sent from here.
 */
export function staysHere({ mine, saved }: Pick<Here, "mine" | "saved">, sent: Sent | null, isOwn: boolean): boolean {
  if (isEmpty(mine) || (sent !== null && !sent.isFromHere && isSameText(mine.body, sent.body))) return false;
  return !isSame(mine, saved) || (isOwn && sent !== null);
}
