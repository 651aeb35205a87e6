/** The list of tickets, newest activity first. */
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { VIEW_WORDS } from "../../i18n/view_words.ts";
import { formatCount } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, type ListName, NEW, savedName, threadHref } from "../../stores/route.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { type Views, viewsOf } from "../../stores/tickets/views.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Age, PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { Contained } from "../../ui/contained.tsx";
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
          <a href={INBOX}>{isStaff ? listWord(desk.listed.value) : "Your tickets"}</a>
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
          <Contained key={ticketKey(project.id, ticket.ticket_id)}>
            <Item project={project} ticket={ticket} />
          </Contained>
        ))}
      </ul>
      {desk.projects.map((project) => desk.listOf(project).cursor.value && <More key={project.id} project={project} />)}
    </>
  );
}

function NoTickets() {
  const views = desk.listed.value === "inbox" ? [] : staffViews();
  const problem = views.find((view) => view.problem.value !== null)?.problem.value ?? null;
  if (problem !== null) return <Problem problem={problem} onRetry={() => refresh(views)} />;
  const isLoading = desk.projects.some((project) => project.session.phase.value === "loading");
  if (isLoading || views.some((view) => !view.isLoaded.value)) {
    return (
      <ul class="tickets" aria-busy="true" aria-label="Loading">
        {[0, 1, 2, 3].map((row) => (
          <li key={row} class="placeholder" />
        ))}
      </ul>
    );
  }
  if (desk.projects.every((project) => project.session.me.value === null)) return null;
  if (views.length > 0) return <Empty title={VIEW_WORDS.empty} />;
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
      <button type="button" class="button" disabled={isBusy} onClick={() => run(() => loadMore(project))}>
        {desk.hasSeveral ? `Older tickets of ${project.name}` : "Older tickets"}
      </button>
    </div>
  );
}

async function loadMore(project: Project): Promise<void> {
  if (desk.listOf(project) === project.data.list) await project.loadMore();
  else await viewsOf(project).loadMore();
}

function refresh(views: Views[]): void {
  for (const view of views) view.refresh();
}

function staffViews(): Views[] {
  return desk.projects.filter((project) => project.session.isStaff.value).map(viewsOf);
}

/** Return what a list is called. */
function listWord(name: ListName): string {
  if (!name.startsWith("saved/")) return VIEW_WORDS.names[name as keyof typeof VIEW_WORDS.names];
  for (const project of desk.projects) {
    if (!project.session.isStaff.value) continue;
    const found = viewsOf(project).saved.value.find(({ view }) => savedName(project.id, view.view_id) === name);
    if (found !== undefined) return found.view.name;
  }
  return VIEW_WORDS.saved;
}
