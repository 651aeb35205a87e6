/** The places of pictures in the text of a mail: `[picture: NAME]`, where a file of the message has that name. */
import type { Attachment } from "../../api/wire.ts";

export type Part = { text: string } | { picture: Attachment };

const PLACE = /\[picture: ([^\]\n]+)\]/g;

/** Cut a text at its pictures; returns the parts, and the files that are not among them. */
export function placePictures(text: string, attachments: Attachment[]): { parts: Part[]; rest: Attachment[] } {
  const pictures = new Map(attachments.filter(({ width }) => width !== null).map((one) => [one.name, one]));
  const parts: Part[] = [];
  const placed = new Set<Attachment>();
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    const picture = pictures.get(match[1] ?? "");
    if (picture === undefined || placed.has(picture)) continue;
    placed.add(picture);
    parts.push({ text: text.slice(end, match.index) }, { picture });
    end = match.index + match[0].length;
  }
  parts.push({ text: text.slice(end) });
  return {
    parts: parts.filter((part) => !("text" in part) || part.text !== ""),
    rest: attachments.filter((one) => !placed.has(one)),
  };
}
