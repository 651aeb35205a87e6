/**
 * The page's words, in the reader's language.
 *
 * The English text is the key, so that a word without a translation is still a word. The catalogue is there before the
 * page's script runs: words may be translated where a module is loaded.
 */

/** For each English text, its translation; for one that counts, one for each plural category that `Intl` names. */
export type Catalogue = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

type Values = Record<string, string | number>;

/** What the script of a language leaves for the page's own: see `catalogues.mjs`. */
type Given = { language: string; words: Catalogue };

let catalogue: Catalogue = {};
let language = "en";
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

const given = (globalThis as { heroWords?: Given }).heroWords;
if (given !== undefined) useCatalogue(given.language, given.words);

/** Speak another language from here on. */
export function useCatalogue(spoken: string, translations: Catalogue): void {
  catalogue = translations;
  language = spoken;
  plurals = new Intl.PluralRules(language);
  numbers = new Intl.NumberFormat(language);
}

/** Return the language of the page's words, such as `fr`. */
export function spokenLanguage(): string {
  return language;
}

/** Return the language with the reader's region, such as `fr-CH`, as far as the browser knows one: for `Intl`. */
export function locale(): string {
  const wanted = globalThis.navigator?.languages ?? [];
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** Return a text in the reader's language, with `{name}` replaced by the value of that name. */
export function t(text: string, values: Values = {}): string {
  const found = Object.hasOwn(catalogue, text) ? catalogue[text] : undefined;
  return fill(typeof found === "string" && found !== "" ? found : text, values);
}

/** Return a text that counts; `{count}` is the number. The plural form is the key. */
export function tn(one: string, many: string, count: number, values: Values = {}): string {
  const found = Object.hasOwn(catalogue, many) ? catalogue[many] : undefined;
  const english = count === 1 ? one : many;
  const form = typeof found === "object" ? found[plurals.select(count)] || found.other : found;
  return fill(form || english, { count: numbers.format(count), ...values });
}

/** Return a text with elements in the place of some `{name}`: the pieces of it, in the order of the language. */
export function tx<Element>(text: string, elements: Record<string, Element>): Array<string | Element> {
  return piecesOf(t(text), elements);
}

/** Return the pieces of a text that is in the reader's language already, with elements in the place of some `{name}`. */
export function piecesOf<Element>(text: string, elements: Record<string, Element>): Array<string | Element> {
  return text
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const name = piece.slice(1, -1);
      return piece.startsWith("{") && Object.hasOwn(elements, name) ? (elements[name] as Element) : piece;
    });
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
