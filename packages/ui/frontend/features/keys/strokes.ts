/**
 * Keys as texts: `j`, `J` with Shift, `Ctrl+K`, and `g i` for one key after another.
 *
 * What a key types is its name, so that `?` is itself on every keyboard. A letter that is none of a to z, as on a
 * Greek or a Russian keyboard, counts as the one at its place. The command key of a Mac is its `Ctrl`.
 */

export type Pressed = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing" | "defaultPrevented"
>;

const LETTER = /^[a-z]$/i;
const CODE = /^Key([A-Z])$/;
/** These type, send or leave a field: no action takes them from those who need them. */
const RESERVED = new Set(["Tab", "Enter", "Escape", "Space", "Backspace", "Delete", "Shift+Tab", "Ctrl+Enter"]);
// Those that move about, and those of the browser.
const MOVING = /^(Arrow.*|Page.*|Home|End|F\d+)$/;
// What is only held, or becomes a part of a character.
const PART = /^(Control|Shift|Alt|AltGraph|Meta|OS|CapsLock|NumLock|Fn|Dead|Process|Unidentified)$/;

/** Return the name of what is pressed; null for what is no key of its own, such as Shift or part of a character. */
export function strokeOf(pressed: Pressed): string | null {
  const { key, altKey, shiftKey, isComposing } = pressed;
  if (isComposing || PART.test(key)) return null;
  const letter = letterOf(pressed);
  if (letter !== null) return strokeOfLetter(letter, pressed);
  // AltGr, or the option key, has typed it.
  if (isCharacter(key)) return altKey && !/\d/.test(key) ? key : [...heldWith(pressed), key].join("+");
  return [...heldWith(pressed), ...(shiftKey ? ["Shift"] : []), key === " " ? "Space" : key].join("+");
}

function strokeOfLetter(letter: string, pressed: Pressed): string {
  const held = heldWith(pressed);
  if (held.length === 0) return pressed.shiftKey ? letter.toUpperCase() : letter;
  return [...held, ...(pressed.shiftKey ? ["Shift"] : []), letter.toUpperCase()].join("+");
}

function heldWith({ ctrlKey, metaKey, altKey }: Pressed): string[] {
  return [...(ctrlKey || metaKey ? ["Ctrl"] : []), ...(altKey ? ["Alt"] : [])];
}

function isCharacter(key: string): boolean {
  return [...key].length === 1 && key !== " ";
}

/** Return a to z for a key that is a letter; null for every other one. */
function letterOf({ key, code, altKey }: Pressed): string | null {
  if (LETTER.test(key)) return key.toLowerCase();
  const placed = CODE.exec(code ?? "")?.[1]?.toLowerCase() ?? null;
  const isOtherLetter = isCharacter(key) && /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key);
  // With the option key of a Mac, a letter types a sign.
  return placed !== null && (isOtherLetter || (altKey && !/[\x20-\x7e]/.test(key))) ? placed : null;
}

/** Whether a user may give this key to an action. */
export function isUsable(stroke: string): boolean {
  return !RESERVED.has(stroke) && !MOVING.test(partsOf(stroke).at(-1)?.at(-1) ?? "");
}

/** Whether a key, pressed alone, types something: such keys are off with the setting. */
export function isCharacterKey(binding: string): boolean {
  return !/^(Ctrl|Alt)\+/.test(binding);
}

/** Return what is pressed for a binding, one list for each key after another: `J` is Shift and J. */
export function partsOf(binding: string): string[][] {
  return binding.split(" ").map((stroke) => {
    const parts = stroke.endsWith("++") ? [...stroke.slice(0, -2).split("+"), "+"] : splitStroke(stroke);
    const key = parts.at(-1) ?? "";
    return parts.length === 1 && LETTER.test(key) && key === key.toUpperCase() ? ["Shift", key] : parts;
  });
}

function splitStroke(stroke: string): string[] {
  return stroke === "+" ? ["+"] : stroke.split("+");
}

/** Whether two bindings cannot both be: they are the same, or one begins with the other. */
export function collide(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}
