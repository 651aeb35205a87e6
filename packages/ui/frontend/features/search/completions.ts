/** What may follow the letters that are being typed: the filters that there are, and their values. */
import { t } from "../../i18n/translate.ts";
import { formatFilter, KEYS, type Key, STATES, STATUSES } from "../../stores/search/query.ts";
import { PRIORITIES } from "../../stores/tickets/priorities.ts";
import { KEY_WORDS, valueWord } from "./filter_words.ts";

/** `insert` takes the place of what is typed; a filter that is ready ends with a space. */
export type Completion = { insert: string; words: string; detail: string };

/** What the desk knows of by name, as far as it was asked for what is typed. */
export type Vocabulary = {
  isStaff: boolean;
  tags: readonly string[];
  users: ReadonlyArray<{ id: string; name: string }>;
};

const MOST = 7;
const DAY_MS = 24 * 60 * 60 * 1000;
// What customers may ask for: the rest is the team's.
const OF_CUSTOMERS: readonly Key[] = ["status", "priority", "is", "before", "after"];
const STATES_OF_CUSTOMERS: readonly string[] = ["active", "done"];

/** Return what is offered for the term that is being typed. */
export function complete(typed: string, vocabulary: Vocabulary, now = new Date()): Completion[] {
  const minus = typed.startsWith("-") ? "-" : "";
  const term = typed.slice(minus.length);
  const colon = term.indexOf(":");
  if (colon < 0) return term === "" ? [] : completeKey(term, minus, vocabulary);
  const key = keysFor(vocabulary).find((one) => one === term.slice(0, colon));
  if (key === undefined) return [];
  return completeValue(key, term.slice(colon + 1).replace(/^"/, ""), minus, { vocabulary, now });
}

/** Return the key whose value is being typed, and what there is of it. */
export function typedValue(typed: string): { key: Key; prefix: string } | null {
  const [, name, value = ""] = /^-?([a-z]+):"?(.*)$/.exec(typed) ?? [];
  const key = KEYS.find((one) => one === name);
  return key === undefined ? null : { key, prefix: value };
}

/** Return every filter, as help where nothing is typed. */
export function allKeys(vocabulary: Vocabulary): Completion[] {
  return keysFor(vocabulary).map((key) => offerKey(key, ""));
}

function keysFor({ isStaff }: Vocabulary): readonly Key[] {
  return isStaff ? KEYS : OF_CUSTOMERS;
}

function offerKey(key: Key, minus: string): Completion {
  return { insert: `${minus}${key}:`, words: KEY_WORDS[key], detail: `${minus}${key}:` };
}

function completeKey(term: string, minus: string, vocabulary: Vocabulary): Completion[] {
  const sought = term.toLowerCase();
  const keys = keysFor(vocabulary).filter((key) => begins(key, sought) || begins(KEY_WORDS[key], sought));
  const offered = keys.map((key) => offerKey(key, minus));
  // A word such as "urgent" is offered as the filter that it may mean.
  const values = (["status", "priority", "is"] as const).flatMap((key) =>
    completeValue(key, term, minus, { vocabulary, now: new Date(0) }),
  );
  return [...offered, ...(term.length < 3 ? [] : values)].slice(0, MOST);
}

type Known = { vocabulary: Vocabulary; now: Date };

function completeValue(key: Key, prefix: string, minus: string, { vocabulary, now }: Known): Completion[] {
  const sought = prefix.toLowerCase();
  return valuesOf(key, vocabulary, now)
    .filter(({ value, words }) => begins(value, sought) || wordsBegin(words, sought))
    .slice(0, MOST)
    .map(({ value, words }) => {
      const written = formatFilter({ key, value, isNegated: minus !== "" });
      return { insert: `${written} `, words, detail: written };
    });
}

type Value = { value: string; words: string };

function valuesOf(key: Key, vocabulary: Vocabulary, now: Date): Value[] {
  const named = (value: string) => ({ value, words: valueWord(key, value, vocabulary.isStaff) });
  if (key === "status") return STATUSES.map(named);
  if (key === "priority") return PRIORITIES.map(named);
  if (key === "is")
    return STATES.filter((state) => vocabulary.isStaff || STATES_OF_CUSTOMERS.includes(state)).map(named);
  if (key === "tag") return vocabulary.tags.map(named);
  if (key === "before" || key === "after") return days(now);
  const users = vocabulary.users.map(({ id, name }) => ({ value: id, words: name }));
  return key === "assignee" ? [named("me"), ...users] : users;
}

function days(now: Date): Value[] {
  const ago = (count: number) => isoDay(new Date(now.getTime() - count * DAY_MS));
  return [
    { value: ago(0), words: t("Today") },
    { value: ago(1), words: t("Yesterday") },
    { value: ago(7), words: t("A week ago") },
    { value: ago(30), words: t("30 days ago") },
    { value: isoDay(new Date(now.getFullYear(), now.getMonth(), 1)), words: t("The first of this month") },
    { value: isoDay(new Date(now.getFullYear(), 0, 1)), words: t("The first of this year") },
  ];
}

/** Return a day of the reader's own calendar. */
function isoDay(day: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function begins(text: string, sought: string): boolean {
  return text.toLowerCase().startsWith(sought);
}

function wordsBegin(text: string, sought: string): boolean {
  return (
    begins(text, sought) ||
    text
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(sought))
  );
}
