/** The first words of a message in plain words: without the signs that its Markdown is written with. */

type Rule = readonly [RegExp, string];

// The lines of an excerpt stand behind each other: a sign of a line is one at the start, or behind a sentence.
const LINE = /(^|[\n.!?:;,…)"»”][ \t]*)/.source;
const MARK = /[-*+•](?:[ \t]+\[[ xX]\])?/.source;

const FENCES: readonly Rule[] = [
  [/(^|\s)(?:`{3,}|~{3,})[\w+#.-]*(?=\s|$)/g, "$1"],
  [/(^|\s)\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+(?:[ \t]*:?-{3,}:?)?(?=\s|$)/g, "$1"],
  [/(^|\s)(?:-{3,}|\*{3,}|_{3,}|={3,})(?=\s|$)/g, "$1"],
];

const BLOCKS: readonly Rule[] = [
  [new RegExp(`${LINE}(?:>[ \\t]?)+`, "g"), "$1"],
  [new RegExp(`${LINE}#{1,6}[ \\t]+`, "g"), "$1"],
  [/(\s)#{2,6}[ \t]+/g, "$1"],
  [new RegExp(`${LINE}${MARK}[ \\t]+`, "g"), "$1"],
  [/(^|\s)[-*+] +\[[ xX]\] /g, "$1"],
];

const WORDS: readonly Rule[] = [
  [/!?\[([^[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"]*")?\)/g, "$1"],
  // The end of the excerpt is within the address.
  [/!?\[([^[\]]*)\]\([^()\s]*…?$/g, "$1…"],
  [/<((?:https?:|mailto:)[^<>\s]+)>/g, "$1"],
  [/(\*\*|__|~~|`+)(?=\S)(.+?)\1/g, "$2"],
  [/(^|[^\p{L}\p{N}*_\\])([*_])(?=[^\s*_])([^*_\n]*[^\s*_\\])\2(?![\p{L}\p{N}*_])/gu, "$1$3"],
  // A pair whose end the excerpt has not.
  [/(^|[\s(])(?:\*\*|~~|`)(?=[^\s*~`][^*~`]*…$)/g, "$1"],
  [/\\([!-/:-@[-`{-~])/g, "$1"],
];

// Where one sign is surely that of a list, or of a quote, so are the others.
const ITEM = new RegExp(`${LINE}[-*+•][ \\t]`);
const QUOTE = new RegExp(`${LINE}>`);
// The line below the head of a table.
const CELL = /\|?[ \t]*:?-{3,}:?[ \t]*\|/;

/** Return an excerpt, or the text of a message, as one line of plain words. */
export function plainWords(text: string): string {
  const isTable = CELL.test(text);
  const isList = ITEM.test(text);
  const isQuote = QUOTE.test(text);
  let words = apply(FENCES, text);
  if (isTable) words = words.replace(/\|/g, " ");
  words = apply(BLOCKS, words);
  if (isList) words = words.replace(/(\S)\s+[-*+•](?=\s+\S)/g, "$1");
  if (isQuote) words = words.replace(/(\S)\s+>(?=\s+\S)/g, "$1");
  return apply(WORDS, words).replace(/\s+/g, " ").trim();
}

function apply(rules: readonly Rule[], text: string): string {
  return rules.reduce((words, [sign, by]) => words.replace(sign, by), text);
}
