/**
 * Characters that turn text around or cannot be seen, shown as what they are.
 *
 * In a name or a title they make one text look like another: `gnp.exe` behind an override reads as `exe.png`. So every
 * text of every element is looked at, where it is made, and such a character becomes a small mark with its name.
 */
import { type ComponentChildren, Fragment, h, options, type VNode } from "preact";

/** Marks of direction, isolates, overrides and characters without width; joiners only where they join nothing. */
const HIDDEN = /[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\u206A-\u206F\uFEFF]/;
const NAMES: Record<string, string> = {
  "\u061C": "ALM",
  "\u200B": "ZWSP",
  "\u200C": "ZWNJ",
  "\u200D": "ZWJ",
  "\u200E": "LRM",
  "\u200F": "RLM",
  "\u202A": "LRE",
  "\u202B": "RLE",
  "\u202C": "PDF",
  "\u202D": "LRO",
  "\u202E": "RLO",
  "\u2060": "WJ",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\uFEFF": "BOM",
};
const JOINERS = "\u200C\u200D";
// The scripts whose letters are joined, or kept apart, by them: that is how they are written.
const SCRIPTS = [
  "Arab",
  "Syrc",
  "Mong",
  "Deva",
  "Beng",
  "Guru",
  "Gujr",
  "Orya",
  "Taml",
  "Telu",
  "Knda",
  "Mlym",
  "Sinh",
];
const LETTERS = SCRIPTS.map((script) => `\\p{sc=${script}}`).join("");
// Emoji are joined into one; the sign for a woman or a man follows a person.
// Browsers differ in which people they call pictographic.
const EMOJI = "\\p{Extended_Pictographic}\\p{Emoji_Presentation}\\p{Emoji_Modifier_Base}";
const BEFORE_JOINER = new RegExp(`[${EMOJI}\\p{Emoji_Modifier}\\p{M}${LETTERS}]`, "u");
const AFTER_JOINER = new RegExp(`[${EMOJI}${LETTERS}]`, "u");
// Their content is text alone, or is what a user has typed.
const TEXT_ALONE = new Set(["option", "title", "textarea", "script", "style"]);

export type Piece = string | { name: string; code: string };

/** Cut a text at its hidden characters; a text without any is one piece. */
export function splitHidden(text: string): Piece[] {
  if (!HIDDEN.test(text)) return [text];
  const pieces: Piece[] = [];
  let plain = "";
  const characters = Array.from(text);
  for (const [index, character] of characters.entries()) {
    if (!HIDDEN.test(character) || joins(characters, index)) {
      plain += character;
      continue;
    }
    if (plain !== "") pieces.push(plain);
    plain = "";
    pieces.push(describe(character));
  }
  if (plain !== "") pieces.push(plain);
  return pieces;
}

/** Return a text in which hidden characters are words, for where there are no elements. */
export function spellHidden(text: string): string {
  return splitHidden(text)
    .map((piece) => (typeof piece === "string" ? piece : `[${piece.name}]`))
    .join("");
}

/** Have every element that is made from here on show what would be hidden. */
export function showHiddenCharacters(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    if (typeof vnode.type === "string" || vnode.type === Fragment) showIn(vnode as VNode<{ children?: unknown }>);
    before?.(vnode);
  };
}

function showIn(vnode: VNode<{ children?: unknown }>): void {
  const { children } = vnode.props;
  if (!isHiding(children)) return;
  const isTextAlone = TEXT_ALONE.has(vnode.type as string);
  vnode.props.children = replaced(children, isTextAlone ? spellHidden : mark);
}

/** Children are a text, an element, or a list of such; what is within an element was looked at with it. */
function isHiding(children: unknown): boolean {
  if (typeof children === "string") return HIDDEN.test(children);
  return Array.isArray(children) && children.some(isHiding);
}

function replaced(children: unknown, show: (text: string) => ComponentChildren): ComponentChildren {
  if (typeof children === "string") return HIDDEN.test(children) ? show(children) : children;
  if (Array.isArray(children)) return children.map((child) => replaced(child, show));
  return children as ComponentChildren;
}

function mark(text: string): ComponentChildren {
  const pieces = splitHidden(text);
  // A list would be looked at again, and without an end: joined emoji stay as they are.
  if (pieces.length === 1 && pieces[0] === text) return text;
  return pieces.map((piece) =>
    typeof piece === "string" ? piece : h("span", { class: "hidden-character", title: piece.code }, piece.name),
  );
}

function joins(characters: string[], index: number): boolean {
  if (!JOINERS.includes(characters[index] ?? "")) return false;
  return BEFORE_JOINER.test(characters[index - 1] ?? "") && AFTER_JOINER.test(characters[index + 1] ?? "");
}

function describe(character: string): { name: string; code: string } {
  const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return { name: NAMES[character] ?? code, code };
}
