/** Whether the list and the view take turns: there is room for one of them, as the style has it at 52rem. */
import { signal } from "@preact/signals-core";

const query = globalThis.matchMedia?.("(max-width: 52rem)");

export const isNarrow = signal(query?.matches ?? false);

query?.addEventListener("change", () => {
  isNarrow.value = query.matches;
});
