/** Times in the reader's own words and zone. */
import { signal } from "@preact/signals-core";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The present, as fine as the words below need it. */
export const now = signal(Date.now());

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const years = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const moments = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** Keep `now` true. */
export function startClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, MINUTE / 2);
}

/** Return how long ago a time is, as short as a list wants it. */
export function formatAge(time: number): string {
  const age = Math.max(0, Math.max(now.value, Date.now()) - time);
  if (age < MINUTE) return "now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return formatDay(time);
}

export function formatHour(time: number): string {
  return hours.format(time);
}

/** Return a time to come, as short as a choice wants it. */
export function formatMoment(time: number): string {
  return moments.format(time);
}

export function formatExactly(time: number): string {
  return exact.format(time);
}

/** Return the day of a time, as a heading between messages. */
export function formatDay(time: number): string {
  const day = midnight(time);
  const today = midnight(now.value);
  if (day === today) return "Today";
  // 26 hours ahead is the next day, with or without a change to summer time.
  if (midnight(day + 26 * HOUR) === today) return "Yesterday";
  const isThisYear = new Date(time).getFullYear() === new Date(now.value).getFullYear();
  return (isThisYear ? days : years).format(time);
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
