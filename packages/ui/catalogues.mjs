/**
 * Compiles the catalogues of `translations/`: for each language a script that the document loads before the page's
 * own, and the words of the daemon, which writes pages itself.
 *
 * Reads the part of the PO format that Babel writes; a test compares what is read with what Babel reads.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Counts that together have every plural form of the languages of the world.
const COUNTS = Array.from({ length: 201 }, (_, count) => count).concat(1_000, 1_000_000);
// What a plural rule of gettext is made of.
const PLURAL_RULE = /nplurals\s*=\s*\d+\s*;\s*plural\s*=\s*([n\d\s%<>=!&|?:()]+)/;
const DAEMON = ".py";

/** A language that no one speaks: longer words, right to left, to see what a translation would do to the page. */
const PSEUDO = "qps";
const PSEUDO_SCRIPT = `const letters = { a: "á", e: "ë", i: "ï", o: "ö", u: "ü", c: "ç", n: "ñ", s: "š", A: "Á", E: "Ë" };
const stretch = (text) =>
  "[" + text.replace(/\\{\\w+\\}|[a-zA-Z]/g, (part) => letters[part] ?? part) + " " + "~".repeat(text.length / 3) + "]";
const words = new Proxy({}, {
  get: (_, text) => stretch(text),
  getOwnPropertyDescriptor: (_, text) => ({ value: stretch(text), configurable: true }),
});
globalThis.heroWords = { language: "${PSEUDO}", words };
`;

/** Write what is made of the catalogues into a folder; returns for each language its script and its direction. */
export function writeCatalogues(folder, outdir) {
  const languages = {};
  const daemon = {};
  for (const name of existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".po")) : []) {
    const language = name.slice(0, -".po".length);
    const { header, entries } = readCatalogue(readFileSync(join(folder, name), "utf8"));
    const words = compile(language, header, entries.filter(isOf("page")));
    daemon[language] = compile(language, header, entries.filter(isOf("daemon")));
    const script = `globalThis.heroWords=${JSON.stringify({ language, words })};\n`;
    languages[language] = { script: write(outdir, language, script), direction: directionOf(language) };
  }
  languages[PSEUDO] = { script: write(outdir, PSEUDO, PSEUDO_SCRIPT), direction: "rtl" };
  writeFileSync(join(outdir, "words.json"), `${JSON.stringify(daemon)}\n`);
  return languages;
}

/** Return the header and the entries of a PO file that are translated and not marked as uncertain. */
export function readCatalogue(text) {
  const entries = text.split(/\n{2,}/).flatMap((block) => readEntry(block) ?? []);
  const header = entries.find(({ id }) => id === "")?.strings[0] ?? "";
  return { header, entries: entries.filter((entry) => entry.id !== "" && !entry.isFuzzy) };
}

function readEntry(block) {
  const entry = { id: null, plural: null, strings: [], files: [], isFuzzy: false };
  let field = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("#:")) entry.files.push(...line.slice(2).trim().split(/\s+/));
    else if (line.startsWith("#,")) entry.isFuzzy = line.includes("fuzzy");
    const [, keyword, number, quoted] = /^(?:(msgid|msgid_plural|msgstr)(?:\[(\d+)\])?\s+)?(".*")$/.exec(line) ?? [];
    if (quoted === undefined) continue;
    if (keyword !== undefined) field = keyword + (number ?? "");
    append(entry, field, JSON.parse(quoted));
  }
  return entry.id === null ? null : entry;
}

/** Add a part to a field, which may go on for several lines. */
function append(entry, field, part) {
  if (field === "msgid") entry.id = (entry.id ?? "") + part;
  else if (field === "msgid_plural") entry.plural = (entry.plural ?? "") + part;
  else {
    const form = Number(field.slice("msgstr".length) || 0);
    entry.strings[form] = (entry.strings[form] ?? "") + part;
  }
}

/** A word may be of the page and of the daemon. */
function isOf(side) {
  return ({ files }) => files.some((file) => file.endsWith(DAEMON) === (side === "daemon"));
}

/** Return the words by their English text; those that count have a form for each category of `Intl`. */
function compile(language, header, entries) {
  const categories = categoriesOf(language, header);
  const words = {};
  for (const { id, plural, strings } of entries) {
    if (plural === null) words[id] = strings[0];
    else words[plural] = Object.fromEntries(categories.map(([category, index]) => [category, strings[index]]));
  }
  return words;
}

/** Map the plural categories of a language to the numbers that gettext gives its forms. */
function categoriesOf(language, header) {
  const rule = PLURAL_RULE.exec(header)?.[1] ?? "n != 1";
  // The rule is made of numbers, `n` and operators alone.
  const indexOf = new Function("n", `return Number(${rule});`);
  const rules = new Intl.PluralRules(language);
  const found = new Map();
  for (const count of COUNTS) {
    const category = rules.select(count);
    if (!found.has(category)) found.set(category, indexOf(count));
  }
  if (!found.has("other")) found.set("other", Math.max(...found.values()));
  return [...found];
}

function directionOf(language) {
  return new Intl.Locale(language).getTextInfo().direction;
}

function write(outdir, language, script) {
  const hash = createHash("sha256").update(script).digest("hex").slice(0, 8);
  const name = `${language}-${hash}.js`;
  writeFileSync(join(outdir, name), script);
  return name;
}
