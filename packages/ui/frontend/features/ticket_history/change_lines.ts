/** The sentences of a change: what was done, each of which is one line of the thread. */
import type { ChangedField, ChangeOfTicket, Priority, Status } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";

/**
 * A sentence with places: `{actor}`, `{user}`, `{ticket}` and `{time}` are drawn, the other values are text.
 *
 * `users` are ids, `ticket` is a number, `time` is a moment.
 */
export type Line = { text: string; values: Record<string, string>; user?: string; ticket?: number; time?: number };

type Fields = ReadonlyMap<string, ChangedField>;
type Context = { ticketId: number; isStaff: boolean };

const BETWEEN = ", ";

/** Return the lines of a change, as its reader sees the ticket; none for what is not worth one. */
export function linesOf(change: ChangeOfTicket, context: Context): Line[] {
  const fields: Fields = new Map(change.fields.map((field) => [field.name, field]));
  return [
    ...movedLines(change, context),
    ...statusLines(change, fields, context),
    ...assigneeLines(change, fields),
    ...(fields.has("priority") ? [line(t("{actor} set the priority to {priority}"), priorityOf(fields))] : []),
    ...tagLines(fields),
    ...titleLines(fields),
    ...guestLines(fields),
    ...ratingLines(fields),
  ];
}

function line(text: string, values: Record<string, string> = {}, drawn: Omit<Line, "text" | "values"> = {}): Line {
  return { text, values, ...drawn };
}

function movedLines({ action, source, target }: ChangeOfTicket, { ticketId }: Context): Line[] {
  if (source === null || target === null) return [];
  if (action === "ticket.merged") {
    return target === ticketId
      ? [line(t("{actor} merged {ticket} into this ticket"), {}, { ticket: source })]
      : [line(t("{actor} merged this ticket into {ticket}"), {}, { ticket: target })];
  }
  return target === ticketId
    ? [line(t("{actor} made this ticket of messages of {ticket}"), {}, { ticket: source })]
    : [line(t("{actor} moved messages to the new {ticket}"), {}, { ticket: target })];
}

function statusLines({ actor, action }: ChangeOfTicket, fields: Fields, { isStaff }: Context): Line[] {
  const status = fields.get("status");
  const until = fields.get("snoozed_until");
  if (until !== undefined && until.after !== "") {
    return [line(t("{actor} snoozed the ticket until {time}"), {}, { time: Date.parse(until.after) })];
  }
  if (status === undefined || action === "ticket.merged") return [];
  if (status.before === "snoozed" && actor === null) return [line(t("The snooze ended"))];
  const wasDone = status.before === "solved" || status.before === "closed";
  if (status.after === "solved") return [line(t("{actor} solved the ticket"))];
  if (status.after === "closed") return [line(t("{actor} closed the ticket"))];
  if (wasDone) return [line(t("{actor} opened the ticket again"))];
  return [line(t("{actor} set the status to {status}"), { status: statusWord(status.after as Status, isStaff) })];
}

function assigneeLines({ actor }: ChangeOfTicket, fields: Fields): Line[] {
  const field = fields.get("assignee");
  if (field === undefined) return [];
  if (field.after === "") {
    return field.before === actor || !field.before
      ? [line(t("{actor} gave the ticket back to the team"))]
      : [line(t("{actor} took the ticket from {user}"), {}, { user: field.before })];
  }
  return field.after === actor
    ? [line(t("{actor} took the ticket"))]
    : [line(t("{actor} gave the ticket to {user}"), {}, { user: field.after })];
}

function priorityOf(fields: Fields): Record<string, string> {
  const priority = fields.get("priority")?.after ?? "";
  return { priority: PRIORITY_WORDS[priority as Priority] ?? priority };
}

function tagLines(fields: Fields): Line[] {
  const [added, removed] = differenceOf(fields.get("tags"));
  return [
    ...(added.length > 0 ? [line(addedWords(added.length), { tags: added.join(BETWEEN) })] : []),
    ...(removed.length > 0 ? [line(removedWords(removed.length), { tags: removed.join(BETWEEN) })] : []),
  ];
}

function addedWords(count: number): string {
  return tn("{actor} added the tag {tags}", "{actor} added the tags {tags}", count);
}

function removedWords(count: number): string {
  return tn("{actor} removed the tag {tags}", "{actor} removed the tags {tags}", count);
}

function titleLines(fields: Fields): Line[] {
  const field = fields.get("title");
  if (field === undefined) return [];
  return [line(t("{actor} changed the title, which was “{title}”"), { title: field.before ?? "" })];
}

function guestLines(fields: Fields): Line[] {
  const field = fields.get("collaborators");
  if (field === undefined) return [];
  if (field.before === null) return [line(t("{actor} changed who is invited"))];
  const [added, removed] = differenceOf(field);
  return [
    ...added.map((user) => line(t("{actor} invited {user}"), {}, { user })),
    ...removed.map((user) => line(t("{actor} removed {user} from the ticket"), {}, { user })),
  ];
}

function ratingLines(fields: Fields): Line[] {
  const score = fields.get("score")?.after;
  if (score === undefined) return [];
  const comment = fields.get("comment")?.after ?? "";
  if (comment === "")
    return [
      score === "good" ? line(t("{actor} rated the answer as good")) : line(t("{actor} rated the answer as bad")),
    ];
  return [
    score === "good"
      ? line(t("{actor} rated the answer as good: “{comment}”"), { comment })
      : line(t("{actor} rated the answer as bad: “{comment}”"), { comment }),
  ];
}

/** What a list gained and what it lost. */
function differenceOf(field: ChangedField | undefined): [string[], string[]] {
  const before = split(field?.before);
  const after = split(field?.after);
  return [after.filter((one) => !before.includes(one)), before.filter((one) => !after.includes(one))];
}

function split(text: string | null | undefined): string[] {
  return text ? text.split(BETWEEN) : [];
}
