/** Numbers as people type them. */

/** Return what was typed as a number; what is none stays a text, which the server refuses with the reason. */
export function numberOf(text: string): number {
  const typed = text.trim().replace(",", ".");
  const found = Number(typed);
  return typed === "" || !Number.isFinite(found) ? (text as unknown as number) : found;
}

/** Return so many times a number that was typed, rounded. */
export function timesOf(text: string, factor: number): number {
  const found = numberOf(text);
  return typeof found === "number" ? Math.round(found * factor) : found;
}
