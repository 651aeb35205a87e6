/** Until when a ticket may be put off, in the reader's own time. */
import { t } from "../../i18n/translate.ts";

export type SnoozeName = "later" | "tomorrow" | "monday";
export type SnoozeTime = { name: SnoozeName; time: number };

export const SNOOZE_WORDS: Record<SnoozeName, string> = {
  later: t("Later today"),
  tomorrow: t("Tomorrow"),
  monday: t("Next week"),
};

const LATER_HOURS = 3;
// What would be later is tomorrow's.
const LAST_HOUR = 20;
const MORNING = 9;
const MONDAY = 1;

/** Return the natural choices: later today while there is a today, tomorrow and next Monday in the morning. */
export function snoozeTimes(now: Date): SnoozeTime[] {
  const later = new Date(now);
  later.setHours(now.getHours() + LATER_HOURS + (now.getMinutes() > 0 ? 1 : 0), 0, 0, 0);
  const isToday = later.getDate() === now.getDate() && later.getHours() <= LAST_HOUR;
  const days = (MONDAY - now.getDay() + 7) % 7 || 7;
  const times: SnoozeTime[] = [
    { name: "tomorrow", time: morning(now, 1) },
    { name: "monday", time: morning(now, days) },
  ];
  return isToday ? [{ name: "later", time: later.getTime() }, ...times] : times;
}

function morning(now: Date, days: number): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING).getTime();
}

/** Return the value of a field of date and time, which knows no zone; the empty text is no time. */
export function readLocalTime(value: string): number | null {
  const time = new Date(value).getTime();
  return value === "" || Number.isNaN(time) ? null : time;
}
