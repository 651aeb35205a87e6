/** The words of filters: what a chip and an offer say. */

import type { Priority, Status } from "../../api/wire.ts";
import { locale, t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import type { Filter, Key, STATES } from "../../stores/search/query.ts";

export const KEY_WORDS: Record<Key, string> = {
  status: t("Status"),
  priority: t("Priority"),
  assignee: t("Assignee"),
  customer: t("Customer"),
  tag: t("Tag"),
  is: t("Is"),
  before: t("Before"),
  after: t("After"),
};

export const STATE_WORDS: Record<(typeof STATES)[number], string> = {
  unassigned: t("Unassigned"),
  active: t("Not solved"),
  done: t("Done"),
  merged: t("Merged"),
  awaiting: t("Waiting for a first answer"),
  overdue: t("Overdue"),
};

/** Return the value of a filter in words. */
export function valueWord(key: Key, value: string, isStaff: boolean): string {
  if (key === "status") return statusWord(value as Status, isStaff);
  if (key === "priority") return PRIORITY_WORDS[value as Priority] ?? value;
  if (key === "is") return STATE_WORDS[value as keyof typeof STATE_WORDS] ?? value;
  if (key === "assignee" && value === "me") return t("Me");
  if (key === "before" || key === "after") return dayWord(value);
  return value;
}

/** `nameOf` says what one of the team is called; null for an id that is not known. */
export function chipWord(
  { key, value, isNegated }: Filter,
  isStaff: boolean,
  nameOf: (id: string) => string | null,
): string {
  const isName = key === "assignee" && value !== "me";
  const values = { key: KEY_WORDS[key], value: (isName ? nameOf(value) : null) ?? valueWord(key, value, isStaff) };
  return isNegated ? t("{key}: not {value}", values) : t("{key}: {value}", values);
}

/** A day as its reader writes it; noon is the same day in every zone that days of filters begin in. */
function dayWord(value: string): string {
  const day = new Date(`${value}T12:00:00`);
  return Number.isNaN(day.getTime()) ? value : day.toLocaleDateString(locale(), { dateStyle: "medium" });
}
