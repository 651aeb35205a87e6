/** The last line of a row: its status, what is urgent about it, its tags, and who has it. */
import type { TicketSummary } from "../../api/wire.ts";
import { density } from "../../app.ts";
import { formatList } from "../../i18n/formats.ts";
import { now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { isOverdue } from "../../stores/tickets/lists/list_order.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { assigneeName } from "../../ui/person_name.ts";
import { TagChip } from "../../ui/tag_chip.tsx";
import { countShown, listWidth, roomForTags } from "./tag_room.ts";
import { Watchers } from "./watchers.tsx";

const TAGS_SHOWN = { comfortable: 3, compact: 1 };

type MarksProps = { project: Project; ticket: TicketSummary };

export function TicketMarks({ project, ticket }: MarksProps) {
  const isStaff = project.session.isStaff.value;
  const overdue = isStaff && isOverdue(ticket, now.value) ? t("Overdue") : "";
  return (
    <span class="ticket-line ticket-marks">
      <StatusChip status={ticket.status} isStaff={isStaff} />
      <PriorityChip priority={ticket.priority} />
      {overdue !== "" && <span class="chip ticket-overdue">{overdue}</span>}
      <Tags project={project} ticket={ticket} overdue={overdue} />
      <span class="ticket-people">
        <Watchers project={project} ticketId={ticket.ticket_id} />
        <Assignee project={project} ticket={ticket} />
      </span>
    </span>
  );
}

function Tags({ project, ticket, overdue }: MarksProps & { overdue: string }) {
  const { tags } = ticket;
  if (tags.length === 0) return null;
  const count = shownTags(ticket, project.session.isStaff.value, overdue);
  const more = tags.length - count;
  return (
    <>
      {tags.slice(0, count).map((tag) => (
        <TagChip key={tag} project={project} tag={tag} />
      ))}
      {more > 0 && (
        <span class="chip ticket-more-tags" title={formatList(tags.slice(count), { type: "unit" })}>
          {t("+{count}", { count: more })}
        </span>
      )}
    </>
  );
}

function shownTags({ tags, status, priority, assignee }: TicketSummary, isStaff: boolean, overdue: string): number {
  const chosen = density.value.value;
  // A row of two lines has a place of its own for the first one.
  if (chosen === "compact") return TAGS_SHOWN.compact;
  const chips = [priority === "normal" ? "" : PRIORITY_WORDS[priority], overdue].filter((words) => words !== "");
  const people = assignee === null ? 0 : 1;
  const room = roomForTags(listWidth.value, {
    status: statusWord(status, isStaff),
    chips,
    hasCustomer: isStaff,
    people,
  });
  return countShown(tags, room, TAGS_SHOWN[chosen]);
}

function Assignee({ project, ticket }: MarksProps) {
  if (ticket.assignee === null) return null;
  const name = assigneeName(project, ticket);
  return (
    <span class="ticket-assignee" title={t("Assigned to {name}", { name })}>
      <Avatar id={ticket.assignee} name={name} />
      <span class="unseen">{t("Assigned to {name}", { name })}</span>
    </span>
  );
}
