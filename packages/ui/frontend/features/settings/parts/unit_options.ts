/** The units of a time that is set in a form. */
import { t } from "../../../i18n/translate.ts";
import type { Unit } from "../../../stores/settings/hours.ts";

export const UNIT_OPTIONS: ReadonlyArray<readonly [Unit, string]> = [
  ["minutes", t("minutes")],
  ["hours", t("hours")],
  ["days", t("days")],
];
