// @ts-check
/** Where an answer is written; a note for agents looks different, is named differently and is sent differently. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { announcement } from "../desk.js";
import { draft, draftKey, keepDraft } from "../drafts.js";
import { html } from "../html.js";
import { Attempt, asApiError } from "../project.js";
import { Lock, Send, Talk } from "./icons.js";
import { sendOnCtrlEnter } from "./new_ticket.js";
import { Problem } from "./parts.js";

/**
 * @typedef {import("../types.js").MessageKind} MessageKind
 * @typedef {import("../types.js").Ticket} Ticket
 */

/** @type {Record<MessageKind, {label: string, send: string, sent: string}>} */
const KINDS = {
  reply: { label: "Reply", send: "Send reply", sent: "Your reply was sent" },
  note: { label: "Internal note", send: "Save note", sent: "Your note was saved" },
};

/** @param {{project: import("../project.js").Project, ticket: Ticket}} properties */
export function Composer({ project, ticket }) {
  const kind = useSignal(/** @type {MessageKind} */ ("reply"));
  const isStaff = project.isStaff.value;
  // A note's text never turns into a reply: each kind has a form and a draft of its own.
  return html`<div class="composer" data-kind=${kind.value}>
    ${isStaff && html`<${Kinds} kind=${kind} />`}
    <${Form} key=${kind.value} project=${project} ticket=${ticket} kind=${kind.value} />
  </div>`;
}

/** @param {{kind: import("@preact/signals").Signal<MessageKind>}} properties */
function Kinds({ kind }) {
  return html`<div class="kinds" role="group" aria-label="What to write">
    <button type="button" class="kind" aria-pressed=${kind.value === "reply"} onClick=${() => (kind.value = "reply")}>
      <${Talk} /> Reply to customer
    </button>
    <button type="button" class="kind kind-note" aria-pressed=${kind.value === "note"} onClick=${() => (kind.value = "note")}>
      <${Lock} /> Internal note
    </button>
  </div>`;
}

/** @param {{project: import("../project.js").Project, ticket: Ticket, kind: MessageKind}} properties */
function Form({ project, ticket, kind }) {
  const key = draftKey(project.me.value?.user_id ?? "", project.id, ticket.ticket_id, kind);
  const text = useSignal(draft(key));
  const busy = useSignal(false);
  /** @type {import("@preact/signals").Signal<import("../api.js").ApiError | null>} */
  const problem = useSignal(null);
  const attempt = useRef(new Attempt());
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => fit(area.current), [text.value]);

  /** @param {string} value */
  const set = (value) => {
    text.value = value;
    keepDraft(key, value);
  };
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    const body = text.value.trim();
    if (body === "" || busy.value) return;
    busy.value = true;
    try {
      await project.send(ticket.ticket_id, kind, body, attempt.current.tokenFor(body));
      attempt.current = new Attempt();
      set("");
      problem.value = null;
      announcement.value = KINDS[kind].sent;
    } catch (error) {
      problem.value = asApiError(error);
    } finally {
      busy.value = false;
      area.current?.focus();
    }
  };

  const { label, send } = KINDS[kind];
  return html`<form class="composer-form" onSubmit=${submit} onKeyDown=${sendOnCtrlEnter}>
    <label>
      <span class=${kind === "note" ? "composer-label" : "unseen"}>${kind === "note" ? "Internal note: only agents will see this" : label}</span>
      <textarea ref=${area} rows="2" value=${text.value} placeholder=${placeholder(kind, project.isStaff.value, ticket)}
        onInput=${(/** @type {any} */ event) => set(event.currentTarget.value)}></textarea>
    </label>
    ${problem.value && html`<${Problem} problem=${problem.value} />`}
    <div class="composer-end">
      <span class="keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
      <button class="button ${kind === "note" ? "button-note" : "button-strong"}" disabled=${busy.value || text.value.trim() === ""}>
        ${kind === "note" ? html`<${Lock} />` : html`<${Send} />`} ${busy.value ? "Sending…" : send}
      </button>
    </div>
  </form>`;
}

/**
 * @param {MessageKind} kind
 * @param {boolean} isStaff
 * @param {Ticket} ticket
 */
function placeholder(kind, isStaff, ticket) {
  if (kind === "note") return "What should the other agents know?";
  return isStaff ? `Answer ${ticket.customer_name}` : "Add to your ticket";
}

/**
 * As high as its text, up to what the style allows.
 * @param {HTMLTextAreaElement | null} area
 */
function fit(area) {
  if (area === null) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
