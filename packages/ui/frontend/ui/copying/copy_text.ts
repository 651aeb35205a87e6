/** Puts a text into the clipboard, also where the page's address gives it no clipboard. */
import { signal } from "@preact/signals-core";

/** A text that could not be copied: its reader is shown it, selected. */
export const uncopied = signal<string | null>(null);

/** Copy a text; returns whether it is in the clipboard. Where it is not, `uncopied` holds it. */
export async function copyText(text: string): Promise<boolean> {
  const isCopied = (await copyByClipboard(text)) || copyBySelection(text);
  uncopied.value = isCopied ? null : text;
  return isCopied;
}

/** The clipboard is there for TLS and `localhost` alone, and may be refused. */
async function copyByClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Select the text in a field that is gone at once, and copy what is selected. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "unseen";
  // A dialog that is open keeps what is outside from being selected.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
