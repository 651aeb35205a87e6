/** What becomes of a ticket with a reply, and which keys say so. */
import type { Status } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";

export type Sending = "send" | "solve" | "wait" | "next";

export const STATUS_OF: Partial<Record<Sending, Status>> = { solve: "solved", wait: "waiting" };

/** What the menu next to the button offers, with the keys of each. */
export const WAYS: ReadonlyArray<{ way: Sending; words: string; keys: readonly string[] }> = [
  { way: "solve", words: t("Send and solve"), keys: ["Ctrl", "Shift", "Enter"] },
  { way: "wait", words: t("Send and wait for the customer"), keys: [] },
  { way: "next", words: t("Send and go to the next ticket"), keys: ["Ctrl", "Alt", "Enter"] },
];

export type SendKey = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "isComposing">;

/** Return what a key sends; null for a key that sends nothing. */
export function sendingOf(pressed: SendKey): Sending | null {
  const { key, ctrlKey, metaKey, shiftKey, altKey, isComposing } = pressed;
  if (key !== "Enter" || !(ctrlKey || metaKey) || isComposing) return null;
  if (altKey) return shiftKey ? null : "next";
  return shiftKey ? "solve" : "send";
}
