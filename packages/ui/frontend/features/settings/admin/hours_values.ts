/** The values of the form of open hours and targets. */
import type { Project as Settings } from "../../../api/wire.ts";
import { parseTargets, parseWeek } from "../../../stores/settings/hours.ts";

export function valuesOf(settings: Settings) {
  return {
    targets: parseTargets(settings.first_response_minutes),
    week: parseWeek(settings.open_hours ?? {}),
    time_zone: settings.time_zone ?? "UTC",
    holidays: settings.holidays ?? [],
  };
}

export type HoursValues = ReturnType<typeof valuesOf>;
