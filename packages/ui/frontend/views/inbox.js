// @ts-check
/** The list of tickets, newest activity first. */
import { useSignal } from "@preact/signals";

import { hasSeveral, home, inbox, projects, unread, unreadKey } from "../desk.js";
import { html } from "../html.js";
import { asApiError } from "../project.js";
import { INBOX, NEW, route, threadHref } from "../router.js";
import { counted } from "../words.js";
import { Outages } from "./connection.js";
import { Plus } from "./icons.js";
import { Ago, Avatar, Empty, PriorityChip, Problem, StatusChip } from "./parts.js";

/**
 * @typedef {import("../project.js").Project} Project
 * @typedef {import("../types.js").Ticket} Ticket
 */

export function Inbox() {
  const isStaff = home.value?.isStaff.value ?? false;
  return html`<nav class="inbox" aria-label="Tickets">
    <div class="inbox-head">
      <h2><a href=${INBOX}>${isStaff ? "All tickets" : "Your tickets"}</a></h2>
      <a class="button button-strong" href=${NEW} aria-current=${route.value.view === "new" ? "page" : undefined}>
        <${Plus} /> New ticket
      </a>
    </div>
    <${Outages} />
    <${List} />
  </nav>`;
}

function List() {
  const tickets = inbox.value;
  if (tickets.length === 0) return html`<${NoTickets} />`;
  return html`<ul class="tickets">
      ${tickets.map(
        ({ project, ticket }) =>
          html`<${Item} key=${unreadKey(project.id, ticket.ticket_id)} project=${project} ticket=${ticket} />`,
      )}
    </ul>
    ${projects.map((project) => project.cursor.value && html`<${More} key=${project.id} project=${project} />`)}`;
}

function NoTickets() {
  if (projects.some((project) => project.phase.value === "loading")) {
    return html`<ul class="tickets" aria-busy="true" aria-label="Loading">
      ${[0, 1, 2, 3].map((row) => html`<li key=${row} class="placeholder"></li>`)}
    </ul>`;
  }
  if (projects.every((project) => project.me.value === null)) return null;
  return html`<${Empty} title="No tickets yet">
    <p>The first one will appear here by itself.</p>
  <//>`;
}

/** @param {{project: Project, ticket: Ticket}} properties */
function Item({ project, ticket }) {
  const where = route.value;
  const isCurrent =
    where.view === "thread" && where.project === project.id && where.ticketId === ticket.ticket_id;
  const isUnread = unread.value.has(unreadKey(project.id, ticket.ticket_id));
  const isStaff = project.isStaff.value;
  return html`<li>
    <a class="ticket" href=${threadHref(project.id, ticket.ticket_id)} data-unread=${isUnread}
      aria-current=${isCurrent ? "page" : undefined}>
      ${isStaff && html`<${Avatar} id=${ticket.customer} name=${ticket.customer_name} />`}
      <span class="ticket-body">
        <span class="ticket-line">
          <span class="ticket-from">${isStaff ? ticket.customer_name : `#${ticket.ticket_id}`}</span>
          ${hasSeveral && html`<span class="ticket-project">${project.name}</span>`}
          <span class="ticket-time"><${Ago} time=${ticket.updated_at} /></span>
        </span>
        <span class="ticket-title">${ticket.title}</span>
        <span class="ticket-line ticket-marks">
          <${StatusChip} status=${ticket.status} isStaff=${isStaff} />
          <${PriorityChip} priority=${ticket.priority} />
          <span class="ticket-count">${ticket.message_count > 0 && counted(ticket.message_count, "message", "messages")}</span>
          ${isUnread && html`<span class="unread"><span class="unseen">Unread</span></span>`}
        </span>
      </span>
    </a>
  </li>`;
}

/** @param {{project: Project}} properties */
function More({ project }) {
  const busy = useSignal(false);
  /** @type {import("@preact/signals").Signal<import("../api.js").ApiError | null>} */
  const problem = useSignal(null);
  const load = async () => {
    busy.value = true;
    try {
      await project.loadMore();
      problem.value = null;
    } catch (error) {
      problem.value = asApiError(error);
    } finally {
      busy.value = false;
    }
  };
  return html`<div class="more">
    ${problem.value && html`<${Problem} problem=${problem.value} />`}
    <button type="button" class="button" disabled=${busy.value} onClick=${load}>
      ${hasSeveral ? `Older tickets of ${project.name}` : "Older tickets"}
    </button>
  </div>`;
}
