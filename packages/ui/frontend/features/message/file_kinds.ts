/** What kind of file an attachment is, in a word. */

import type { Attachment } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";

const LONGEST_ENDING = 5;

/** Return the ending of its name, as files are called by; else what its type says. */
export function fileKind({ name, type }: Pick<Attachment, "name" | "type">): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1] ?? "";
  if (ending !== "" && ending.length <= LONGEST_ENDING) return ending.toUpperCase();
  const [family = ""] = type.split("/");
  if (family === "image") return t("Picture");
  if (family === "audio") return t("Sound");
  if (family === "video") return t("Film");
  return family === "text" ? t("Text") : t("File");
}
