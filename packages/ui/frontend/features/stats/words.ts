/** Figures, days and durations in the reader's words. */
import type { Figure } from "../../api/wire.ts";
import { dateFormat, formatList, numberFormat } from "../../i18n/formats.ts";
import { t } from "../../i18n/translate.ts";
import type { Days } from "../../stores/stats/query.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const FIGURE_WORDS: Record<Figure, string> = {
  created: t("Tickets filed"),
  first_response: t("Tickets with a first answer"),
  solved: t("Tickets solved"),
  backlog: t("Tickets open at the end"),
};

/** Return a time that something took, in its one or two largest units. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < MINUTE) return unit(Math.round(ms / 1000), "second");
  if (ms < HOUR) return unit(Math.round(ms / MINUTE), "minute");
  if (ms < DAY) return twoUnits(ms, HOUR, MINUTE, ["hour", "minute"]);
  return twoUnits(ms, DAY, HOUR, ["day", "hour"]);
}

export function formatNumber(value: number): string {
  return numberFormat({}).format(value);
}

/** Return days as the reader writes them; one alone, or the first and the last. */
export function formatDays({ first, last }: Days): string {
  const format = dateFormat({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return format.formatRange(Date.parse(`${first}T00:00:00Z`), Date.parse(`${last}T00:00:00Z`));
}

/** Return a day as the label of a bar wants it. */
export function formatShortDay(day: string): string {
  return dateFormat({ day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));
}

function twoUnits(ms: number, large: number, small: number, names: [string, string]): string {
  const total = Math.round(ms / small);
  const count = Math.floor((total * small) / large);
  const rest = total - (count * large) / small;
  const units = [unit(count, names[0]), ...(rest === 0 ? [] : [unit(rest, names[1])])];
  return formatList(units, { type: "unit", style: "narrow" });
}

function unit(value: number, name: string): string {
  return numberFormat({ style: "unit", unit: name, unitDisplay: "short" }).format(value);
}
