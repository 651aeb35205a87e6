/** Business hours, holidays and targets, between how the server keeps them and how people type them. */

import type { Priority } from "../../api/wire.ts";
import { dateFormat } from "../../i18n/formats.ts";
import { MOST_URGENT_FIRST } from "../tickets/priorities.ts";
import { timesOf } from "./numbers.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type Shift = { from: string; until: string };
export type Week = Record<Weekday, Shift[]>;

export const ORDINARY_SHIFT: Shift = { from: "09:00", until: "17:00" };
// A Monday.
const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
// A day's last moment, which a field for times calls by the first one of the next day.
const MIDNIGHT = "00:00";
const END_OF_DAY = "24:00";

/** Return what a day of the week is called. */
export function dayName(day: Weekday): string {
  return dateFormat({ weekday: "long", timeZone: "UTC" }).format(MONDAY + WEEKDAYS.indexOf(day) * DAY_MS);
}

export function parseWeek(hours: Readonly<Record<string, readonly string[] | undefined>>): Week {
  const days = WEEKDAYS.map((day): [Weekday, Shift[]] => [day, (hours[day] ?? []).map(parseShift)]);
  return Object.fromEntries(days) as Week;
}

/** Return the hours as the server takes them; a day without any is left out. */
export function formatWeek(week: Week): Partial<Record<Weekday, string[]>> {
  const days = WEEKDAYS.filter((day) => week[day].length > 0);
  return Object.fromEntries(days.map((day) => [day, week[day].map(formatShift)]));
}

/** Return the shifts with one more, which begins an hour after the last one ends. */
export function withNextShift(shifts: readonly Shift[]): Shift[] {
  const last = shifts.at(-1);
  if (last === undefined) return [ORDINARY_SHIFT];
  const hour = Number(last.until.slice(0, 2));
  const from = Math.min(hour + 1, 22);
  return [...shifts, { from: clock(from), until: clock(Math.min(from + 4, 23)) }];
}

export const UNITS = { minutes: 1, hours: 60, days: 24 * 60 } as const;
export type Unit = keyof typeof UNITS;
export type Target = { count: string; unit: Unit };
export type Targets = Record<Priority, Target>;

/** Return targets in the largest unit that leaves no rest; an empty count promises nothing. */
export function parseTargets(minutes: Partial<Record<Priority, number>>): Targets {
  const all = MOST_URGENT_FIRST.map((priority): [Priority, Target] => [priority, parseTarget(minutes[priority])]);
  return Object.fromEntries(all) as Targets;
}

/** Return the minutes of each priority that has some. What is no number is left for the server to refuse. */
export function formatTargets(targets: Targets): Partial<Record<Priority, number>> {
  const set = MOST_URGENT_FIRST.filter((priority) => targets[priority].count.trim() !== "");
  return Object.fromEntries(set.map((priority) => [priority, minutesOf(targets[priority])]));
}

/** Return a time in the largest unit that leaves no rest. */
export function inLargestUnit(minutes: number): Target {
  const units: Unit[] = ["days", "hours", "minutes"];
  const unit = units.find((one) => minutes % UNITS[one] === 0) ?? "minutes";
  return { count: String(minutes / UNITS[unit]), unit };
}

/** Return the days in order, each once. */
export function withHoliday(holidays: readonly string[], day: string): string[] {
  return [...new Set([...holidays, day])].sort();
}

function parseTarget(minutes: number | undefined): Target {
  return minutes === undefined ? { count: "", unit: "hours" } : inLargestUnit(minutes);
}

function minutesOf({ count, unit }: Target): number {
  return timesOf(count, UNITS[unit]);
}

function parseShift(text: string): Shift {
  const [from = "", until = ""] = text.split("-");
  return { from, until: until === END_OF_DAY ? MIDNIGHT : until };
}

function formatShift({ from, until }: Shift): string {
  return `${from}-${until === MIDNIGHT ? END_OF_DAY : until}`;
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}
