/** What a draft holds: a text, for a new ticket a title, and files that are on the server already. */
import type { Attachment } from "../../api/wire.ts";

export type DraftContent = { readonly title: string; readonly body: string; readonly files: readonly Attachment[] };

export const EMPTY: DraftContent = { title: "", body: "", files: [] };

export function isEmpty({ title, body, files }: DraftContent): boolean {
  return title.trim() === "" && body.trim() === "" && files.length === 0;
}

export function isSame(one: DraftContent, other: DraftContent): boolean {
  return one === other || JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));
}

/** Whether `longer` goes on where `shorter` ends: then nothing of `shorter` is lost with it. */
export function goesOn(longer: DraftContent, shorter: DraftContent): boolean {
  const ids = new Set(longer.files.map(({ attachment_id: id }) => id));
  return (
    longer.body.startsWith(shorter.body) &&
    longer.title.startsWith(shorter.title) &&
    shorter.files.every(({ attachment_id: id }) => ids.has(id))
  );
}

/** Put two texts into one, with the files of both. */
export function join(first: DraftContent, second: DraftContent): DraftContent {
  if (isEmpty(first)) return second;
  if (isEmpty(second)) return first;
  const ids = new Set(first.files.map(({ attachment_id: id }) => id));
  return {
    title: first.title.trim() === "" ? second.title : first.title,
    body: [first.body.trimEnd(), second.body].filter((body) => body.trim() !== "").join("\n\n"),
    files: [...first.files, ...second.files.filter(({ attachment_id: id }) => !ids.has(id))],
  };
}

/** Whether a text is the one that was sent: the server takes control characters out, and spaces at the ends. */
export function isSameText(sent: string, arrived: string): boolean {
  return bare(sent) === bare(arrived);
}

function bare(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
}

function comparable({ title, body, files }: DraftContent): unknown {
  return [title, body, files.map(({ attachment_id: id }) => id)];
}
