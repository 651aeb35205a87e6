/** Which key does what. A key that is pressed while somebody types is a letter. */

export const KEYS = {
  "?": "help",
  j: "next",
  k: "previous",
  o: "open",
  r: "reply",
  n: "note",
  a: "assign",
  s: "status",
  l: "tags",
} as const;

export type KeyAction = (typeof KEYS)[keyof typeof KEYS];

/** What these do is for agents alone. */
export const OF_STAFF: ReadonlySet<KeyAction> = new Set(["note", "assign", "status", "tags"]);

export type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "defaultPrevented"
>;

export function actionOf(
  pressed: Pressed,
  { isTyping, isStaff }: { isTyping: boolean; isStaff: boolean },
): KeyAction | null {
  const { key, ctrlKey, metaKey, altKey, isComposing, defaultPrevented } = pressed;
  if (isTyping || ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return null;
  const action = Object.hasOwn(KEYS, key) ? KEYS[key as keyof typeof KEYS] : null;
  return action !== null && OF_STAFF.has(action) && !isStaff ? null : action;
}

/** Return the place in a list that a step leads to; it ends at both ends, and begins at the first. */
export function step(length: number, at: number, by: number): number {
  if (at < 0) return 0;
  return Math.max(0, Math.min(length - 1, at + by));
}
