// @ts-check
/** Times in the reader's own words and zone. */
import { signal } from "@preact/signals";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The present, as fine as the words below need it. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, MINUTE / 2);

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const years = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/**
 * How long ago, as short as a list wants it.
 * @param {number} time
 */
export function ago(time) {
  const age = Math.max(0, Math.max(now.value, Date.now()) - time);
  if (age < MINUTE) return "now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return dayOf(time);
}

/** @param {number} time */
export function hourOf(time) {
  return hours.format(time);
}

/** @param {number} time */
export function exactly(time) {
  return exact.format(time);
}

/**
 * The day, as a heading between messages.
 * @param {number} time
 */
export function dayOf(time) {
  const day = midnight(time);
  const today = midnight(now.value);
  if (day === today) return "Today";
  // 26 hours ahead is the next day whatever summer time does.
  if (midnight(day + 26 * HOUR) === today) return "Yesterday";
  const sameYear = new Date(time).getFullYear() === new Date(now.value).getFullYear();
  return (sameYear ? days : years).format(time);
}

/** @param {number} time */
function midnight(time) {
  return new Date(time).setHours(0, 0, 0, 0);
}
