/** Times in the page's language and the reader's own zone. */
import { signal } from "@preact/signals-core";
import { dateFormat } from "./formats.ts";
import { t } from "./translate.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The present, as fine as the words below need it. */
export const now = signal(Date.now());

const STYLES = {
  hour: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  year: { day: "numeric", month: "short", year: "numeric" },
  moment: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  exact: { dateStyle: "full", timeStyle: "short" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

type Style = keyof typeof STYLES;

/** Keep `now` true. */
export function startClock(): void {
  setInterval(readClock, MINUTE / 2);
}

/** Have `now` be true at once, as when a page wakes up: timers stand still while a computer sleeps. */
export function readClock(): void {
  now.value = Date.now();
}

/** Return how long ago a time is, as short as a list wants it. */
export function formatAge(time: number): string {
  const age = Math.max(0, Math.max(now.value, Date.now()) - time);
  if (age < MINUTE) return t("now");
  if (age < HOUR) return t("{count} min", { count: Math.floor(age / MINUTE) });
  if (age < DAY) return t("{count} h", { count: Math.floor(age / HOUR) });
  return formatDay(time);
}

export function formatHour(time: number): string {
  return format("hour", time);
}

/** Return a time to come, as short as a choice wants it. */
export function formatMoment(time: number): string {
  return format("moment", time);
}

export function formatExactly(time: number): string {
  return format("exact", time);
}

/** Return the day of a time, as a heading between messages. */
export function formatDay(time: number): string {
  const day = midnight(time);
  const today = midnight(now.value);
  if (day === today) return t("Today");
  // 26 hours ahead is the next day, with or without a change to summer time.
  if (midnight(day + 26 * HOUR) === today) return t("Yesterday");
  const isThisYear = new Date(time).getFullYear() === new Date(now.value).getFullYear();
  return format(isThisYear ? "day" : "year", time);
}

function format(style: Style, time: number): string {
  return dateFormat(STYLES[style]).format(time);
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
