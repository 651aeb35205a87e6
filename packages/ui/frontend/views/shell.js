// @ts-check
/** The frame: head, list and the view beside it (or, on a phone, one of the two). */
import { announcement, demoUsers, home, projectOf } from "../desk.js";
import { html } from "../html.js";
import { INBOX, NEW, route } from "../router.js";
import { Connection } from "./connection.js";
import { Mark, Talk } from "./icons.js";
import { Inbox } from "./inbox.js";
import { NewTicket } from "./new_ticket.js";
import { Empty } from "./parts.js";
import { Me } from "./people.js";
import { ThreadView } from "./thread.js";

export function Shell() {
  const { view } = route.value;
  return html`<div class="shell" data-view=${view}>
    <a class="skip" href="#main" onClick=${skip}>Skip to the ticket</a>
    <header class="head">
      <a class="brand" href=${INBOX}><${Mark} /><span>Support</span></a>
      <${Connection} />
      <${Me} users=${demoUsers.value} />
    </header>
    <${Inbox} />
    <main id="main" class="main" tabindex="-1"><${View} /></main>
    <p class="unseen" role="status" aria-live="polite">${announcement.value}</p>
  </div>`;
}

function View() {
  const where = route.value;
  if (where.view === "new") return html`<${NewTicket} />`;
  if (where.view === "inbox") return html`<${Welcome} />`;
  const project = projectOf(where.project);
  if (project === null) {
    return html`<${Empty} title="This project is not on this page">
      <a class="button" href=${INBOX}>All tickets</a>
    <//>`;
  }
  const key = `${project.id}/${where.ticketId}`;
  return html`<${ThreadView} key=${key} project=${project} ticketId=${where.ticketId} />`;
}

function Welcome() {
  const isStaff = home.value?.isStaff.value ?? false;
  return html`<${Empty} title=${isStaff ? "Pick a ticket to read it" : "How can we help?"} icon=${html`<${Talk} />`}>
    <p>${isStaff ? "New ones arrive at the top of the list by themselves." : "Answers appear here as they are written."}</p>
    ${!isStaff && html`<a class="button button-strong" href=${NEW}>New ticket</a>`}
  <//>`;
}

/**
 * The fragment belongs to the router, so a plain link to an element would change the view.
 * @param {Event} event
 */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
