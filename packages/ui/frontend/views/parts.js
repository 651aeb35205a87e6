// @ts-check
/** Small pieces that several views show. */
import { ago, exactly } from "../clock.js";
import { html } from "../html.js";
import { PRIORITY, statusWord } from "../words.js";
import { Warning } from "./icons.js";

const HUES = 8;

/**
 * A person's initials, in a colour that stays theirs.
 * @param {{id: string, name: string, large?: boolean}} properties
 */
export function Avatar({ id, name, large = false }) {
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? "")
    .slice(0, 2)
    .join("");
  const size = large ? "avatar avatar-large" : "avatar";
  return html`<span class="${size} hue-${hueOf(id)}" aria-hidden="true">${initials.toUpperCase()}</span>`;
}

/**
 * FNV-1a, whose middle bits spread short names well.
 * @param {string} id
 */
function hueOf(id) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 8) % HUES;
}

/** @param {{status: import("../types.js").Status, isStaff: boolean}} properties */
export function StatusChip({ status, isStaff }) {
  return html`<span class="chip status-${status}">${statusWord(status, isStaff)}</span>`;
}

/**
 * Only what departs from the ordinary is worth a reader's eye.
 * @param {{priority: import("../types.js").Priority}} properties
 */
export function PriorityChip({ priority }) {
  if (priority === "normal") return null;
  return html`<span class="chip priority-${priority}">${PRIORITY[priority]}</span>`;
}

/** @param {{time: number}} properties */
export function Ago({ time }) {
  return html`<time datetime=${new Date(time).toISOString()} title=${exactly(time)}>${ago(time)}</time>`;
}

/**
 * What went wrong, and what to do about it.
 * @param {{problem: import("../api.js").ApiError, onRetry?: () => void}} properties
 */
export function Problem({ problem, onRetry }) {
  return html`<div class="problem" role="alert">
    <${Warning} />
    <div>
      <p class="problem-message">${problem.message}</p>
      ${problem.faults.map((fault) => html`<p class="problem-hint">${fault}</p>`)}
      ${problem.hint && html`<p class="problem-hint">${problem.hint}</p>`}
    </div>
    ${onRetry && html`<button type="button" class="button" onClick=${onRetry}>Try again</button>`}
  </div>`;
}

/**
 * @param {{title: string, children?: import("preact").ComponentChildren, icon?: import("preact").ComponentChildren}} properties
 */
export function Empty({ title, children, icon }) {
  return html`<div class="empty">
    ${icon && html`<span class="empty-icon">${icon}</span>`}
    <p class="empty-title">${title}</p>
    ${children}
  </div>`;
}
