/** What a language is called, and what time it is for somebody. */
import { dateFormat } from "../../i18n/formats.ts";
import { locale } from "../../i18n/translate.ts";

/** Return the name of a language in the reader's own; a tag that no browser knows stands for itself. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(locale(), { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Return the time of day in a zone; one that no browser knows stands for itself. */
export function localTime(zone: string, now: number): string {
  try {
    return dateFormat({ timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" }).format(now);
  } catch {
    return zone;
  }
}
