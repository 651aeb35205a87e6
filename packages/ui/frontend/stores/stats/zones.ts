/** Days in time zones: where they begin, by `Intl` alone. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A day of the calendar, such as `2026-03-29`. */
export type Day = string;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Return the moment at which a day begins in a zone. */
export function startOf(day: Day, zone: string): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const asUtc = Date.UTC(year, month - 1, date);
  // The offset at the guess may be that of the other side of a change to or from summer time.
  const guess = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(guess, zone);
}

/** Return the day that it is in a zone at a moment. */
export function dayAt(time: number, zone: string): Day {
  return new Date(time + offsetAt(time, zone)).toISOString().slice(0, 10);
}

/** Return the day so many days later, or earlier. */
export function plusDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY).toISOString().slice(0, 10);
}

export function daysBetween(first: Day, last: Day): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}

/** Return whether the browser knows a zone by this name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name !== "";
  } catch {
    return false;
  }
}

/** Return the zone of the browser. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Return the names of zones that a user may choose from, with UTC and `known` among them. */
export function listZones(known = ""): string[] {
  const names = new Set(Intl.supportedValuesOf("timeZone"));
  for (const name of ["UTC", known]) if (name !== "") names.add(name);
  return [...names].sort();
}

/** Return by how much a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsetAt(time: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}
