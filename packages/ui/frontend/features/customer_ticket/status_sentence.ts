/** Where a ticket stands, in the words of its customer. */
import type { Status, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";

/** Return the sentence; where the team shares who has a ticket, it names them. */
export function statusSentence({ status, assignee_name: name }: TicketSummary): string {
  switch (status) {
    case "waiting":
      return t("You have an answer. Is it solved?");
    case "solved":
      return t("This is solved. If it is not, write again, or open it again.");
    case "closed":
      return t("This ticket is closed. A new question is a new ticket.");
    case "new":
      return t("We have your ticket. The answer appears here.");
    default:
      return name === null ? t("The team is on it. The answer appears here.") : t("{name} looks after it.", { name });
  }
}

/** What the server lets a customer set. */
export function maySolve(status: Status): boolean {
  return status !== "solved" && status !== "closed";
}

export function mayReopen(status: Status): boolean {
  return status === "solved";
}
