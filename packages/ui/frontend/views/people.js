// @ts-check
/** Who is looking: a name, or in dev mode the picker of demo users. */
import { become, home } from "../desk.js";
import { html } from "../html.js";
import { ROLE } from "../words.js";
import { Avatar } from "./parts.js";

/** @typedef {import("../types.js").User} User */

/** @param {{users: User[]}} properties */
export function Me({ users }) {
  const me = home.value?.me.value ?? null;
  if (users.length > 0) return html`<${Picker} users=${users} me=${me} />`;
  if (me === null) return html`<p class="me"></p>`;
  return html`<p class="me">
    <${Avatar} id=${me.user_id} name=${me.name} />
    <span class="me-name">${me.name}</span><span class="me-role">${ROLE[me.role]}</span>
  </p>`;
}

/** @param {{users: User[], me: User | null}} properties */
function Picker({ users, me }) {
  return html`<label class="me me-picker">
    ${me && html`<${Avatar} id=${me.user_id} name=${me.name} />`}
    <span class="me-caption">Demo user</span>
    <select value=${me?.user_id ?? ""} onChange=${picked}>
      ${me === null && html`<option value="" disabled>Nobody known</option>`}
      ${users.map((user) => html`<option value=${user.user_id}>${user.name} · ${ROLE[user.role]}</option>`)}
    </select>
  </label>`;
}

/** @param {Event} event */
function picked(event) {
  become(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
}
