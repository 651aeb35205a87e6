// @ts-check
/** One ticket: what was asked, what was answered, and the form to go on. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { dayOf, exactly, hourOf } from "../clock.js";
import { hasSeveral } from "../desk.js";
import { html } from "../html.js";
import { INBOX } from "../router.js";
import { Attachments } from "./attachments.js";
import { Composer } from "./composer.js";
import { Back, Down, Lock } from "./icons.js";
import { Avatar, Problem, PriorityChip, StatusChip } from "./parts.js";

/**
 * @typedef {import("../project.js").Project} Project
 * @typedef {import("../types.js").Ticket} Ticket
 * @typedef {import("../types.js").Message} Message
 */

// Nearer to the end than this, a reader wants to see what arrives.
const NEAR_END_PX = 120;

/** @param {{project: Project, ticketId: number}} properties */
export function ThreadView({ project, ticketId }) {
  const isKnown = project.me.value !== null;
  if (!isKnown) return null;
  return html`<${OpenThread} project=${project} ticketId=${ticketId} />`;
}

/** @param {{project: Project, ticketId: number}} properties */
function OpenThread({ project, ticketId }) {
  const thread = project.thread(ticketId);
  const ticket = project.ticket(ticketId);
  const problem = thread.problem.value;
  if (ticket === null) {
    return html`<section class="thread">
      <a class="back" href=${INBOX}><${Back} /> All tickets</a>
      ${problem && html`<${Problem} problem=${problem} onRetry=${() => void project.loadThread(ticketId)} />`}
    </section>`;
  }
  return html`<section class="thread" aria-labelledby="thread-title">
    <${Title} project=${project} ticket=${ticket} />
    <${Messages} project=${project} ticket=${ticket} messages=${thread.shown.value} isLoaded=${thread.loaded.value} />
    ${problem && html`<${Problem} problem=${problem} onRetry=${() => void project.loadThread(ticketId)} />`}
    <${Composer} project=${project} ticket=${ticket} />
  </section>`;
}

/** @param {{project: Project, ticket: Ticket}} properties */
function Title({ project, ticket }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return html`<header class="thread-head">
    <a class="back" href=${INBOX}><${Back} /> All tickets</a>
    <h1 id="thread-title" ref=${heading} tabindex="-1">${ticket.title}</h1>
    <div class="thread-marks">
      <${StatusChip} status=${ticket.status} isStaff=${project.isStaff.value} />
      <${PriorityChip} priority=${ticket.priority} />
      ${ticket.tags.map((tag) => html`<span key=${tag} class="chip tag">${tag}</span>`)}
      <span class="thread-number">
        ${hasSeveral && html`<span class="thread-project">${project.name}</span>`}
        Ticket ${ticket.ticket_id}
      </span>
    </div>
  </header>`;
}

/** @param {{project: Project, ticket: Ticket, messages: Message[], isLoaded: boolean}} properties */
function Messages({ project, ticket, messages, isLoaded }) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useSignal(true);
  const hasNews = useSignal(false);
  const last = messages[messages.length - 1];

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (atEnd.value || last?.author === project.me.value?.user_id) element.scrollTop = element.scrollHeight;
    else hasNews.value = true;
  }, [messages.length]);

  // The composer grows and shrinks; who reads the end goes on reading the end.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.value) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scrolled = () => {
    const element = scroller.current;
    if (element === null) return;
    atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.value) hasNews.value = false;
  };
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });

  /** @type {Message} */
  const opening = {
    message_id: 0,
    ticket_id: ticket.ticket_id,
    kind: "reply",
    author: ticket.customer,
    author_name: ticket.customer_name,
    body: ticket.body,
    created_at: ticket.created_at,
    edited_at: null,
    attachments: ticket.attachments,
  };
  const all = [opening, ...messages];
  return html`<div class="messages-frame">
    <div class="messages" ref=${scroller} onScroll=${scrolled} tabindex="0" role="region" aria-label="Messages" aria-busy=${!isLoaded}>
      <ol>
        ${all.map(
          (message, index) => html`<${Day} key=${`day-${message.message_id}`} message=${message} before=${all[index - 1]} />
            <${MessageView} key=${message.message_id} project=${project.id} message=${message} ticket=${ticket} />`,
        )}
      </ol>
    </div>
    ${hasNews.value &&
    html`<button type="button" class="button news" onClick=${toEnd}><${Down} /> New message</button>`}
  </div>`;
}

/** @param {{message: Message, before: Message | undefined}} properties */
function Day({ message, before }) {
  const day = dayOf(message.created_at);
  if (before !== undefined && dayOf(before.created_at) === day) return null;
  return html`<li class="day"><span>${day}</span></li>`;
}

/** @param {{message: Message}} properties */
function Text({ message }) {
  if (message.body !== "") return html`<p class="bubble-text">${message.body}</p>`;
  return message.attachments.length === 0 ? html`<p class="bubble-empty">No description</p>` : null;
}

/** @param {{project: string, message: Message, ticket: Ticket}} properties */
function MessageView({ project, message, ticket }) {
  const isNote = message.kind === "note";
  const side = isNote ? "note" : message.author === ticket.customer ? "customer" : "team";
  return html`<li class="message" data-side=${side}>
    <${Avatar} id=${message.author} name=${message.author_name} large=${true} />
    <article class="bubble">
      <header class="bubble-head">
        <strong>${message.author_name}</strong>
        <span class="bubble-role">${side === "customer" ? "Customer" : "Support"}</span>
        ${isNote && html`<span class="bubble-note"><${Lock} /> Internal note, never shown to the customer</span>`}
        <time datetime=${new Date(message.created_at).toISOString()} title=${exactly(message.created_at)}>
          ${hourOf(message.created_at)}
        </time>
      </header>
      <${Text} message=${message} />
      <${Attachments} project=${project} attachments=${message.attachments} />
    </article>
  </li>`;
}
