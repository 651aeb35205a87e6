/**
 * What is typed into the search: filters such as `status:open`, which become chips, and words.
 *
 * The server reads the same language (its filters.py); here it is only taken apart, so that what is half typed finds
 * something.
 */
import type { Status } from "../../api/wire.ts";
import { isDay } from "../stats/zones.ts";
import { PRIORITIES } from "../tickets/priorities.ts";

export const STATUSES: readonly Status[] = ["new", "open", "waiting", "snoozed", "solved", "closed"];
export const STATES = ["unassigned", "active", "done", "merged", "awaiting", "overdue"] as const;

export const KEYS = ["status", "priority", "assignee", "customer", "tag", "is", "before", "after"] as const;
export type Key = (typeof KEYS)[number];
/** A filter; `value` is without quotes. */
export type Filter = { key: Key; value: string; isNegated: boolean };
export type Query = { filters: readonly Filter[]; text: string };

// A term: a filter or a word, with its minus, its key and its quotes.
const TERM = /-?(?:[a-z]+:)?(?:"(?:[^"\\]|\\.)*"?|[^\s"]\S*)?/y;
const FILTER = /^(-?)([a-z]+):(?:"((?:[^"\\]|\\.)+)"|([^\s"]\S*))$/;
const KNOWN: Partial<Record<Key, readonly string[]>> = { status: STATUSES, priority: PRIORITIES, is: STATES };
// A letter finds half of all words; two find what is meant.
const SHORTEST_PREFIX = 2;

/** Return the filter that a term says; null for a word, and for a filter that is not ready. */
export function parseFilter(term: string): Filter | null {
  const [, minus = "", name = "", quoted, bare] = FILTER.exec(term) ?? [];
  const key = KEYS.find((one) => one === name);
  if (key === undefined) return null;
  const value = quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1");
  if (value.trim() === "" || !isKnown(key, value)) return null;
  return { key, value, isNegated: minus === "-" };
}

function isKnown(key: Key, value: string): boolean {
  if (key === "before" || key === "after") return isDay(value);
  return KNOWN[key]?.includes(value) ?? true;
}

/** Write a filter as it is typed. */
export function formatFilter({ key, value, isNegated }: Filter): string {
  const written = /^[^\s"]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
  return `${isNegated ? "-" : ""}${key}:${written}`;
}

/** Return the terms of a text, with the place of each. */
export function termsOf(text: string): Array<{ term: string; start: number; end: number }> {
  const terms: Array<{ term: string; start: number; end: number }> = [];
  let place = 0;
  while (place < text.length) {
    TERM.lastIndex = place;
    const term = /\s/.test(text.charAt(place)) ? "" : (TERM.exec(text)?.[0] ?? "");
    if (term !== "") terms.push({ term, start: place, end: place + term.length });
    place += Math.max(1, term.length);
  }
  return terms;
}

/** Take the filters that are ready out of a text: what is still typed, without a space behind it, stays. */
export function takeFilters({ filters, text }: Query): Query {
  const taken: Filter[] = [];
  const rest: string[] = [];
  let end = 0;
  for (const { term, start, end: close } of termsOf(text)) {
    const filter = close < text.length ? parseFilter(term) : null;
    rest.push(text.slice(end, start));
    if (filter === null) rest.push(term);
    else taken.push(filter);
    end = close;
  }
  if (taken.length === 0) return { filters, text };
  rest.push(text.slice(end));
  return { filters: withFilters(filters, taken), text: rest.join("").replace(/\s+/g, " ").trimStart() };
}

/** Return the filters with others; the same one stands there once. */
export function withFilters(filters: readonly Filter[], added: readonly Filter[]): Filter[] {
  const known = new Map([...filters, ...added].map((filter) => [formatFilter(filter), filter]));
  return [...known.values()];
}

/** Read a whole query, as an address or a recent search has it. */
export function parseQuery(text: string): Query {
  const { filters, text: rest } = takeFilters({ filters: [], text: `${text} ` });
  return { filters, text: rest.trim() };
}

export function formatQuery({ filters, text }: Query): string {
  return [...filters.map(formatFilter), text.trim()].filter((part) => part !== "").join(" ");
}

/** Return what the server is asked: the last word may go on, and what is half typed is left out. */
export function askedOf({ filters, text }: Query): string {
  const terms = termsOf(text);
  const asked = terms.map(({ term, end }, index) =>
    index === terms.length - 1 && end === text.length ? finish(term) : term,
  );
  return [...filters.map(formatFilter), ...asked].filter((part) => part !== "").join(" ");
}

/** Return a term that is being typed as it may be asked for. */
function finish(term: string): string {
  const [, name] = /^-?([a-z]+):/.exec(term) ?? [];
  if (name !== undefined && KEYS.some((key) => key === name)) return parseFilter(term) === null ? "" : term;
  const opened = /^(-?)"((?:[^"\\]|\\.)*)$/.exec(term);
  if (opened !== null) return (opened[2] ?? "").trim() === "" ? "" : `${term}"`;
  if (term.includes('"')) return term;
  const word = term.replace(/^-/, "").replace(/\*+$/, "");
  if (word === "") return "";
  const goesOn = [...word].length >= SHORTEST_PREFIX && !term.endsWith("*");
  return goesOn ? `${term}*` : term;
}

/** Return the term that is being typed: the last one, where the text ends with it. */
export function typedTerm(text: string): string {
  const last = termsOf(text).at(-1);
  return last !== undefined && last.end === text.length ? last.term : "";
}

/** Return the text with its last term replaced. */
export function replaceTyped(text: string, by: string): string {
  return text.slice(0, text.length - typedTerm(text).length) + by;
}
