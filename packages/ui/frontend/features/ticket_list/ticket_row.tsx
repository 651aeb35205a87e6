/** A row of the list: whose ticket it is, what it is about, what was said last, and what an agent sorts by eye. */
import { useComputed } from "@preact/signals";
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import { plainWords } from "../../stores/plain_words.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { splitMentions } from "../../stores/team/mentions.ts";
import type { DeskRow } from "../../stores/tickets/lists/desk_rows.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Age } from "../../ui/chips.tsx";
import { TicketMarks } from "./ticket_marks.tsx";
import { keyOf } from "./use_list_window.ts";

type RowProps = { row: DeskRow; isTabStop: boolean; isCurrent: boolean };

export function TicketRow({ row, isTabStop, isCurrent }: RowProps) {
  const { project, id } = row;
  const isUnread = useComputed(() => project.unread.has(id)).value;
  const ticket = project.data.ticket(id);
  if (ticket === null) return null;
  const isStaff = project.session.isStaff.value;
  return (
    <a
      class="ticket"
      href={threadHref(project.id, id, desk.listed.value)}
      data-ticket={keyOf(row)}
      data-unread={isUnread}
      tabIndex={isTabStop ? 0 : -1}
      aria-current={isCurrent ? "page" : undefined}
    >
      {isStaff && <Avatar id={ticket.customer} name={ticket.customer_name} />}
      <span class="ticket-body">
        <span class="ticket-line ticket-head">
          <bdi class="ticket-from">{isStaff ? ticket.customer_name : `#${ticket.ticket_id}`}</bdi>
          {desk.hasSeveral && <bdi class="ticket-project">{project.name}</bdi>}
          <span class="ticket-time">
            <Age time={ticket.updated_at} />
          </span>
        </span>
        <span class="ticket-title" dir="auto">
          {isUnread && (
            <span class="unread">
              <span class="unseen">{t("Unread")}</span>
            </span>
          )}
          {ticket.title}
        </span>
        <LastWords project={project} ticket={ticket} />
        <TicketMarks project={project} ticket={ticket} />
      </span>
    </a>
  );
}

/** Who wrote last, and the first words of it; those of the ticket itself while there was no answer. */
function LastWords({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const last = ticket.last_message;
  const words = wordsOf(project, ticket);
  const name = last === null ? "" : authorOf(project, ticket, last.author);
  const author = last?.kind === "note" ? noteWords(name) : name;
  return (
    <span class="ticket-words" data-kind={last?.kind}>
      {author !== "" && (
        <>
          <bdi class="ticket-author">{author}</bdi>{" "}
        </>
      )}
      <bdi>{words}</bdi>
      {ticket.message_count > 0 && (
        <span class="unseen ticket-count">{tn("{count} message", "{count} messages", ticket.message_count)}</span>
      )}
    </span>
  );
}

function noteWords(name: string): string {
  return name === "" ? t("A note") : t("{name}, a note", { name });
}

/** A list names the customer and the assignee; what a colleague is called is asked for once the page is used. */
function authorOf(project: Project, ticket: TicketSummary, author: string): string {
  if (author === project.session.me.value?.user_id) return t("You");
  if (author === ticket.customer) return ticket.customer_name;
  if (author === ticket.assignee && ticket.assignee_name !== null) return ticket.assignee_name;
  // An id is no name: what was said says enough without one.
  return colleagueName(project, author) ?? "";
}

/** The words that were said last; an agent who is called in a note has their name there. */
function wordsOf(project: Project, { last_message: last, excerpt }: TicketSummary): string {
  const words = plainWords(last?.excerpt ?? excerpt);
  if (last?.kind !== "note" || !words.includes("@")) return words;
  return splitMentions(words, (id) => colleagueName(project, id) !== null)
    .map(({ text, id }) => (id === null ? text : `@${colleagueName(project, id)}`))
    .join("");
}

function colleagueName(project: Project, id: string): string | null {
  return desk.isUsed.value && project.session.isStaff.value ? colleaguesOf(project).nameOf(id) : null;
}
