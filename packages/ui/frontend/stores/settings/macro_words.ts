/** What a macro does, as sentences: shown while it is written, and before it is run. */
import type { Macro, Priority, Status } from "../../api/wire.ts";
import { formatList } from "../../i18n/formats.ts";
import { t, tn } from "../../i18n/translate.ts";

export type MacroChanges = Pick<
  Macro,
  | "status"
  | "snooze_minutes"
  | "priority"
  | "assign"
  | "assignee"
  | "add_tags"
  | "remove_tags"
  | "follow"
  | "note"
  | "reply"
>;

type Words = {
  status: (status: Status) => string;
  priority: (priority: Priority) => string;
  /** What a colleague is called. */
  name: (userId: string) => string;
};

const HOUR = 60;
const DAY = 24 * HOUR;

/** Return what it does, one sentence for each change, in the order in which they are made. */
export function describeMacro(macro: MacroChanges, words: Words): string[] {
  return [
    macro.reply && t("Sends the customer a reply"),
    macro.note && t("Writes a note for the team"),
    assignment(macro, words),
    macro.status && status(macro.status, macro.snooze_minutes, words),
    macro.priority && t("Sets the priority to {priority}", { priority: words.priority(macro.priority) }),
    macro.add_tags.length > 0 && t("Adds the tags {tags}", { tags: formatList(macro.add_tags) }),
    macro.remove_tags.length > 0 && t("Takes off the tags {tags}", { tags: formatList(macro.remove_tags) }),
    macro.follow && t("Has you follow the ticket"),
  ].filter((sentence) => typeof sentence === "string" && sentence !== "") as string[];
}

function assignment({ assign, assignee }: MacroChanges, { name }: Words): string {
  if (assign === "me") return t("Assigns the ticket to who runs it");
  if (assign === "nobody") return t("Takes the assignee off");
  return assignee === null ? "" : t("Assigns the ticket to {name}", { name: name(assignee) });
}

function status(to: Status, minutes: number | null, words: Words): string {
  if (to === "snoozed" && minutes !== null) return t("Snoozes the ticket for {time}", { time: duration(minutes) });
  return t("Sets the status to {status}", { status: words.status(to) });
}

/** Return a number of minutes in the largest unit that leaves no rest. */
export function duration(minutes: number): string {
  if (minutes % DAY === 0) return tn("{count} day", "{count} days", minutes / DAY);
  if (minutes % HOUR === 0) return tn("{count} hour", "{count} hours", minutes / HOUR);
  return tn("{count} minute", "{count} minutes", minutes);
}
