/** What is being typed before the caret that something can be offered for: `@` an agent, `/` a canned reply, `:` an emoji. */
import { findTyped, type Typed } from "../../stores/team/mentions.ts";

export type Trigger = "@" | "/" | ":";
export type TypedTrigger = Typed & { trigger: Trigger };

// At the start of a word, so that paths and addresses stay what they are.
const SLASH = /(?<=^|\s)\/([^\s/]{0,40})$/u;
// Two letters, because a colon ends many a word, and begins a smile.
const COLON = /(?<=^|[\s(]):([\p{L}\d_+-]{2,30})$/u;

/** Return what ends at the caret, among the triggers that this text has; null where nothing is offered. */
export function findTrigger(text: string, caret: number, triggers: readonly Trigger[]): TypedTrigger | null {
  const before = text.slice(0, caret);
  for (const trigger of triggers) {
    const typed = trigger === "@" ? findTyped(text, caret) : match(trigger === "/" ? SLASH : COLON, before);
    if (typed !== null) return { ...typed, trigger };
  }
  return null;
}

/** Return the text with `inserted` in place of what was typed, and where the caret goes on. */
export function replaceTyped(text: string, typed: TypedTrigger, inserted: string): { text: string; caret: number } {
  const end = typed.start + 1 + typed.prefix.length;
  const isStill = text.slice(typed.start, end) === typed.trigger + typed.prefix;
  // Who went on typing meanwhile has it at the end.
  const [from, to] = isStill ? [typed.start, end] : [text.length, text.length];
  return { text: text.slice(0, from) + inserted + text.slice(to), caret: from + inserted.length };
}

function match(pattern: RegExp, before: string): Typed | null {
  const found = pattern.exec(before);
  return found === null ? null : { start: found.index, prefix: found[1] ?? "" };
}
