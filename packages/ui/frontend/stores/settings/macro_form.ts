/** A macro as it stands in its form, and back. */
import type { Macro, Priority, Status } from "../../api/wire.ts";
import { inLargestUnit, UNITS, type Unit } from "./hours.ts";
import type { MacroChanges } from "./macro_words.ts";
import { timesOf } from "./numbers.ts";

/** `assign` is empty, `me`, `nobody`, or `user/` and an id. */
export type MacroValues = {
  name: string;
  assign: string;
  status: string;
  snooze_count: string;
  snooze_unit: string;
  priority: string;
  add_tags: string;
  remove_tags: string;
  follow: boolean;
  note: string;
  reply: string;
  shared: boolean;
};

const USER = "user/";

export function macroValues(macro: Macro | null): MacroValues {
  const snooze = inLargestUnit(macro?.snooze_minutes ?? UNITS.days);
  return {
    name: macro?.name ?? "",
    assign: macro?.assign ?? (macro?.assignee ? `${USER}${macro.assignee}` : ""),
    status: macro?.status ?? "",
    snooze_count: snooze.count,
    snooze_unit: snooze.unit,
    priority: macro?.priority ?? "",
    add_tags: (macro?.add_tags ?? []).join(", "),
    remove_tags: (macro?.remove_tags ?? []).join(", "),
    follow: macro?.follow ?? false,
    note: macro?.note ?? "",
    reply: macro?.reply ?? "",
    shared: macro !== null && macro.owner === null,
  };
}

/** Return what the form has the macro do. */
export function macroChanges(values: MacroValues): MacroChanges {
  const { assign, status, priority } = values;
  return {
    status: status === "" ? null : (status as Status),
    snooze_minutes: status === "snoozed" ? timesOf(values.snooze_count, UNITS[values.snooze_unit as Unit]) : null,
    priority: priority === "" ? null : (priority as Priority),
    assign: assign === "me" || assign === "nobody" ? assign : null,
    assignee: assign.startsWith(USER) ? assign.slice(USER.length) : null,
    add_tags: splitTags(values.add_tags),
    remove_tags: splitTags(values.remove_tags),
    follow: values.follow,
    note: values.note.trim() === "" ? null : values.note,
    reply: values.reply.trim() === "" ? null : values.reply,
  };
}

/** Return how the form says that a macro assigns to a user. */
export function assignTo(userId: string): string {
  return `${USER}${userId}`;
}

/** Return the tags of a text in which they are separated by commas. */
export function splitTags(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
