/** Formats of dates, numbers and lists in the reader's language; making one takes longer than using it a hundred times. */
import { locale } from "./translate.ts";

const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const lists = new Map<string, Intl.ListFormat>();

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, options, (place) => new Intl.DateTimeFormat(place, options));
}

export function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(numbers, options, (place) => new Intl.NumberFormat(place, options));
}

/** Return words as one list, such as "Ana, Ben and Carol"; those of the type `unit` have no "and". */
export function formatList(words: readonly string[], options: Intl.ListFormatOptions = {}): string {
  return kept(lists, options, (place) => new Intl.ListFormat(place, options)).format(words);
}

function kept<Format>(formats: Map<string, Format>, options: object, make: (place: string) => Format): Format {
  const place = locale();
  const key = `${place} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = make(place);
    formats.set(key, found);
  }
  return found;
}
