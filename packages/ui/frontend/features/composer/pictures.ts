/** `![name](attachment:7)`: the place of a picture in a text. */
import type { Attachment } from "../../api/wire.ts";

/** Return the text with a picture at the caret, and where the caret goes on. */
export function insertPicture(
  text: string,
  caret: number,
  { attachment_id: id, name }: Pick<Attachment, "attachment_id" | "name">,
): { text: string; caret: number } {
  const before = text.slice(0, caret);
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  const inserted = `${gap}![${name.replace(/[[\]\\\n]/g, "_")}](attachment:${id})\n`;
  return { text: before + inserted + text.slice(caret), caret: caret + inserted.length };
}

/** Return the text without the places of a picture. */
export function removePicture(text: string, id: number): string {
  return text.replace(new RegExp(`!\\[[^\\]\\n]*\\]\\(attachment:${id}\\)\\n?`, "g"), "");
}
