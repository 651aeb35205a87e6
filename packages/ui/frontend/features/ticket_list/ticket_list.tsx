/** The list of tickets, newest activity first. */
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { formatCount } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, NEW, threadHref } from "../../stores/route.ts";
import { ticketKey } from "../../stores/unread.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Age, PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Plus } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useAction } from "../../ui/use_action.ts";
import { Outages } from "../connection_status/connection_status.tsx";

export function TicketList() {
  const isStaff = desk.home.value?.session.isStaff.value ?? false;
  return (
    <nav class="inbox" aria-label="Tickets">
      <div class="inbox-head">
        <h2>
          <a href={INBOX}>{isStaff ? "All tickets" : "Your tickets"}</a>
        </h2>
        <a class="button button-strong" href={NEW} aria-current={desk.route.value.view === "new" ? "page" : undefined}>
          <Plus /> New ticket
        </a>
      </div>
      <Outages />
      <Tickets />
    </nav>
  );
}

function Tickets() {
  const tickets = desk.inbox.value;
  if (tickets.length === 0) return <NoTickets />;
  return (
    <>
      <ul class="tickets">
        {tickets.map(({ project, ticket }) => (
          <Item key={ticketKey(project.id, ticket.ticket_id)} project={project} ticket={ticket} />
        ))}
      </ul>
      {desk.projects.map((project) => project.data.list.cursor.value && <More key={project.id} project={project} />)}
    </>
  );
}

function NoTickets() {
  if (desk.projects.some((project) => project.session.phase.value === "loading")) {
    return (
      <ul class="tickets" aria-busy="true" aria-label="Loading">
        {[0, 1, 2, 3].map((row) => (
          <li key={row} class="placeholder" />
        ))}
      </ul>
    );
  }
  if (desk.projects.every((project) => project.session.me.value === null)) return null;
  return (
    <Empty title="No tickets yet">
      <p>The first one will appear here by itself.</p>
    </Empty>
  );
}

function Item({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const route = desk.route.value;
  const isCurrent = route.view === "thread" && route.project === project.id && route.ticketId === ticket.ticket_id;
  const isUnread = desk.unread.has(project.id, ticket.ticket_id);
  const isStaff = project.session.isStaff.value;
  return (
    <li>
      <a
        class="ticket"
        href={threadHref(project.id, ticket.ticket_id)}
        data-unread={isUnread}
        aria-current={isCurrent ? "page" : undefined}
      >
        {isStaff && <Avatar id={ticket.customer} name={ticket.customer_name} />}
        <span class="ticket-body">
          <span class="ticket-line">
            <span class="ticket-from">{isStaff ? ticket.customer_name : `#${ticket.ticket_id}`}</span>
            {desk.hasSeveral && <span class="ticket-project">{project.name}</span>}
            <span class="ticket-time">
              <Age time={ticket.updated_at} />
            </span>
          </span>
          <span class="ticket-title">{ticket.title}</span>
          <span class="ticket-line ticket-marks">
            <StatusChip status={ticket.status} isStaff={isStaff} />
            <PriorityChip priority={ticket.priority} />
            <span class="ticket-count">
              {ticket.message_count > 0 && formatCount(ticket.message_count, "message", "messages")}
            </span>
            {isUnread && (
              <span class="unread">
                <span class="unseen">Unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function More({ project }: { project: Project }) {
  const { isBusy, problem, run } = useAction();
  return (
    <div class="more">
      {problem && <Problem problem={problem} />}
      <button type="button" class="button" disabled={isBusy} onClick={() => run(() => project.loadMore())}>
        {desk.hasSeveral ? `Older tickets of ${project.name}` : "Older tickets"}
      </button>
    </div>
  );
}
