/** The languages of the page, and the choice among them: a cookie, so that the document is right from its first byte. */
import { rememberChoice } from "./remembered_choice.ts";
import { spokenLanguage } from "./translate.ts";

/** Every language that has a catalogue, by its own name; English needs none. */
export const LANGUAGES = [
  { code: "en", name: "English" },
  { code: "fr", name: "Français" },
] as const;

const COOKIE = "hero_language";
/** The language of tests, which the cookie alone chooses. */
const TEST_LANGUAGE = "qps";

/** Return the language of the page for a tag such as `fr-CA`; null where it has none. */
export function findLanguage(tag: string): string | null {
  const code = tag.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language.code === code)?.code ?? null;
}

/**
 * Show the page in a language; the empty text leaves the choice to the browser.
 *
 * The words are there before the page's script, so the page is loaded again; what was typed is kept. A browser that
 * keeps no cookie would come back in the old language, and is left as it is.
 */
export function setLanguage(tag: string): void {
  const code = findLanguage(tag) ?? "";
  const isKept = rememberChoice(COOKIE, code);
  if (isKept && code !== spokenLanguage()) location.reload();
}

/** Follow what a user has set for themselves, on this device or another one. */
export function followLanguage(tag: string | null): void {
  if (tag === null || spokenLanguage() === TEST_LANGUAGE) return;
  const code = findLanguage(tag);
  if (code !== null && code !== spokenLanguage()) setLanguage(code);
}
