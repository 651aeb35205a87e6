// @ts-check
/** The form that files a ticket. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { hasSeveral, projects } from "../desk.js";
import { draft, draftKey, keepDraft } from "../drafts.js";
import { html } from "../html.js";
import { Attempt, asApiError } from "../project.js";
import { INBOX, go, threadHref } from "../router.js";
import { PRIORITY } from "../words.js";
import { Back } from "./icons.js";
import { Problem } from "./parts.js";

/** @typedef {import("../types.js").Priority} Priority */

const TITLE_LENGTH = 300;
/** @type {Priority[]} */
const PRIORITIES = ["low", "normal", "high", "urgent"];

export function NewTicket() {
  const usable = projects.filter((project) => project.me.value !== null);
  if (usable.length === 0) return null;
  // Another person's form is another form.
  return html`<${Form} key=${usable.map((project) => project.me.value?.user_id).join()} usable=${usable} />`;
}

/** @param {{usable: import("../project.js").Project[]}} properties */
function Form({ usable }) {
  const chosen = useSignal(usable.length === 1 ? (usable[0]?.id ?? "") : "");
  const who = usable[0]?.me.value?.user_id ?? "";
  const title = useDraft(draftKey(who, "new", "title"));
  const body = useDraft(draftKey(who, "new", "body"));
  const priority = useSignal(/** @type {Priority} */ ("normal"));
  const busy = useSignal(false);
  /** @type {import("@preact/signals").Signal<import("../api.js").ApiError | null>} */
  const problem = useSignal(null);
  const attempt = useRef(new Attempt());
  const first = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => first.current?.focus(), []);

  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    const project = usable.find((one) => one.id === chosen.value);
    if (project === undefined || busy.value) return;
    busy.value = true;
    const written = { title: title.value.trim(), body: body.value.trim(), priority: priority.value };
    try {
      const token = attempt.current.tokenFor(JSON.stringify([project.id, written]));
      const ticketId = await project.file(written, token);
      attempt.current = new Attempt();
      title.set("");
      body.set("");
      go(threadHref(project.id, ticketId));
    } catch (error) {
      problem.value = asApiError(error);
    } finally {
      busy.value = false;
    }
  };

  return html`<section class="sheet" aria-labelledby="new-title">
    <a class="back" href=${INBOX}><${Back} /> All tickets</a>
    <h1 id="new-title">New ticket</h1>
    <form class="form" onSubmit=${submit} onKeyDown=${sendOnCtrlEnter}>
      ${hasSeveral &&
      html`<label class="field">
        <span class="label">Project</span>
        <select ref=${first} required value=${chosen.value} onChange=${(/** @type {any} */ event) => (chosen.value = event.currentTarget.value)}>
          <option value="" disabled>Choose the project it is about</option>
          ${usable.map((project) => html`<option value=${project.id}>${project.name}</option>`)}
        </select>
      </label>`}
      <label class="field">
        <span class="label">Title</span>
        <input ref=${hasSeveral ? undefined : first} name="title" required maxlength=${TITLE_LENGTH} autocomplete="off"
          placeholder="What is it about, in a few words?" value=${title.value} onInput=${title.typed} />
      </label>
      <label class="field">
        <span class="label">Description</span>
        <textarea name="body" rows="9" required placeholder="What did you do, what did you expect, and what happened instead?"
          value=${body.value} onInput=${body.typed}></textarea>
      </label>
      <fieldset class="field">
        <legend class="label">Priority</legend>
        <div class="choices">
          ${PRIORITIES.map(
            (one) => html`<label class="choice">
              <input type="radio" name="priority" value=${one} checked=${priority.value === one} onChange=${() => (priority.value = one)} />
              <span>${PRIORITY[one]}</span>
            </label>`,
          )}
        </div>
      </fieldset>
      ${problem.value && html`<${Problem} problem=${problem.value} />`}
      <div class="form-end">
        <button class="button button-strong button-large" disabled=${busy.value}>${busy.value ? "Sending…" : "Send ticket"}</button>
        <span class="keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
      </div>
    </form>
  </section>`;
}

/**
 * A text that is kept while it is typed.
 * @param {string} key
 */
function useDraft(key) {
  const text = useSignal(draft(key));
  /** @param {string} value */
  const set = (value) => {
    text.value = value;
    keepDraft(key, value);
  };
  return {
    value: text.value,
    set,
    /** @param {any} event */
    typed: (event) => set(event.currentTarget.value),
  };
}

/** @param {KeyboardEvent} event */
export function sendOnCtrlEnter(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  /** @type {HTMLFormElement} */ (event.currentTarget).requestSubmit();
}
