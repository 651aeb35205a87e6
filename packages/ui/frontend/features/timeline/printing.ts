/** Whether the page is being printed: paper has no rest that is asked for. */
import { signal } from "@preact/signals-core";

export const isPrinting = signal(false);

addEventListener("beforeprint", () => {
  isPrinting.value = true;
});
addEventListener("afterprint", () => {
  isPrinting.value = false;
});
