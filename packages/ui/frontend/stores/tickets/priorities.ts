/** The priorities of tickets, in their orders; `i18n/words.ts` has their names. */
import type { Priority } from "../../api/wire.ts";

/** From the least to the most, as a choice shows them. */
export const PRIORITIES: readonly Priority[] = ["low", "normal", "high", "urgent"];
export const MOST_URGENT_FIRST: readonly Priority[] = [...PRIORITIES].reverse();
