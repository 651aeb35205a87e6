/** What stands at one place of a thread. */
import type { TicketMail, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import type { History } from "../../stores/tickets/ticket_history.ts";
import type { Action } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";
import { MessageItem } from "../message/message_item.tsx";
import { ChangeGroup } from "../ticket_history/change_group.tsx";
import type { Item } from "./timeline.ts";

type OlderProps = { action: Action; show: () => void };

/** What stands between the ticket's own text and the first message that is here. */
export function Older({ action: { isBusy, problem }, show }: OlderProps) {
  return (
    <li class="older">
      {problem && <Problem problem={problem} />}
      <button type="button" class="button" disabled={isBusy} onClick={show}>
        {t("Older messages")}
      </button>
    </li>
  );
}

type TimelineItemProps = {
  item: Item;
  project: Project;
  ticket: TicketSummary;
  history: History;
  mails: ReadonlyMap<number, TicketMail>;
  marked: number | null;
};

export function TimelineItem({ item, project, ticket, history, mails, marked }: TimelineItemProps) {
  switch (item.kind) {
    case "day":
      return (
        <li class="day">
          <span>{item.day}</span>
        </li>
      );
    case "new":
      return (
        <li class="day new-since">
          <span>{t("New since you were here")}</span>
        </li>
      );
    case "changes":
      return (
        <ChangeGroup
          project={project.id}
          ticketId={ticket.ticket_id}
          isStaff={project.session.isStaff.value}
          changes={item.changes}
          names={history.names}
        />
      );
    case "message": {
      const { message } = item;
      return (
        <MessageItem
          project={project}
          message={message}
          ticket={ticket}
          mail={mails.get(message.message_id)}
          isMarked={message.message_id === marked}
        />
      );
    }
  }
}
