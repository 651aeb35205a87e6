/** What the stats page shows, as its address says it: days in a zone, and the figure whose tickets are listed. */
import type { Figure } from "../../api/wire.ts";
import { type Day, dayAt, daysBetween, isDay, isZone, plusDays, startOf } from "./zones.ts";

export const RANGES = [7, 30, 90, 365] as const;
export type Range = (typeof RANGES)[number];

const FIGURES: readonly Figure[] = ["created", "first_response", "solved", "backlog"];
// The most days that the server counts at once.
export const LONGEST = 1_100;

/** The first and the last day that count. */
export type Days = { first: Day; last: Day };

/** The tickets behind a figure; `days` are those of its bar, or all. */
export type FigureQuery = { figure: Figure; days: Days; agent: string; tag: string };

export type StatsQuery = {
  /** Null where the days were chosen one by one. */
  range: Range | null;
  days: Days;
  zone: string;
  figure: FigureQuery | null;
};

type Defaults = { zone: string; now: number };

/** Read an address; what it does not say, or says wrong, is as by default. */
export function parseQuery(text: string, { zone: usual, now }: Defaults): StatsQuery {
  const said = new URLSearchParams(text);
  const zone = isZone(said.get("zone") ?? "") ? (said.get("zone") ?? usual) : usual;
  const today = dayAt(now, zone);
  const chosen = daysOf(said.get("from"), said.get("until"));
  const range = RANGES.find((one) => String(one) === said.get("range")) ?? 30;
  const days = chosen ?? { first: plusDays(today, 1 - range), last: today };
  return { range: chosen === null ? range : null, days, zone, figure: figureOf(said, days) };
}

/** Return the address of a query; what is as by default is left out where it can be. */
export function formatQuery({ range, days, zone, figure }: StatsQuery): string {
  const said = new URLSearchParams();
  if (range === null) {
    said.set("from", days.first);
    said.set("until", days.last);
  } else if (range !== 30) {
    said.set("range", String(range));
  }
  said.set("zone", zone);
  if (figure !== null) {
    said.set("figure", figure.figure);
    if (figure.agent !== "") said.set("agent", figure.agent);
    if (figure.tag !== "") said.set("tag", figure.tag);
    if (figure.days.first !== days.first) said.set("first", figure.days.first);
    if (figure.days.last !== days.last) said.set("last", figure.days.last);
  }
  return said.toString();
}

export function statsHref(query: StatsQuery): string {
  return `#/stats/${formatQuery(query)}`;
}

/** Return the moments between which the days lie. */
export function spanOf({ first, last }: Days, zone: string): { start: number; end: number } {
  return { start: startOf(first, zone), end: startOf(plusDays(last, 1), zone) };
}

function daysOf(first: string | null, last: string | null): Days | null {
  if (first === null || last === null || !isDay(first) || !isDay(last)) return null;
  const count = daysBetween(first, last);
  return count >= 0 && count < LONGEST ? { first, last } : null;
}

function figureOf(said: URLSearchParams, days: Days): FigureQuery | null {
  const figure = FIGURES.find((one) => one === said.get("figure"));
  if (figure === undefined) return null;
  const part = daysOf(said.get("first") ?? days.first, said.get("last") ?? days.last);
  return { figure, days: part ?? days, agent: said.get("agent") ?? "", tag: said.get("tag") ?? "" };
}
