/** Steps through a list. */

/** Return the place in a list that a step leads to; it ends at both ends, and begins at the first. */
export function step(length: number, at: number, by: number): number {
  if (at < 0) return 0;
  return Math.max(0, Math.min(length - 1, at + by));
}
