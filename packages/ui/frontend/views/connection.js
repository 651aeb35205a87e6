// @ts-check
/** Whether what is shown is true now; what is well is said quietly, what is not is said with the reason. */
import { hasSeveral, projects } from "../desk.js";
import { html } from "../html.js";

/** @typedef {import("../project.js").Project} Project */

/** @type {Record<import("../project.js").Phase, string>} */
const WORDS = {
  loading: "Connecting",
  live: "Live",
  behind: "Reconnecting",
  down: "Not reachable",
  refused: "Not signed in",
};

export function Connection() {
  const phase = worst();
  const well = projects.filter((project) => project.phase.value === "live").length;
  const word = hasSeveral && phase !== "live" && well > 0 ? `${well} of ${projects.length} live` : WORDS[phase];
  return html`<p class="connection" data-phase=${phase} role="status"><span class="dot"></span>${word}</p>`;
}

/** Each project that does not answer, with the reason; those that do are not held up by it. */
export function Outages() {
  const out = projects.filter((project) => project.problem.value !== null);
  if (out.length === 0) return null;
  return html`<ul class="outages" aria-label="Projects that do not answer">
    ${out.map((project) => html`<${Outage} key=${project.id} project=${project} />`)}
  </ul>`;
}

/** @param {{project: Project}} properties */
function Outage({ project }) {
  const problem = project.problem.value;
  return html`<li class="outage" data-phase=${project.phase.value}>
    <span class="dot"></span>
    <div>
      <p class="outage-title">${problem?.message}</p>
      ${problem?.hint && html`<p class="outage-hint">${problem.hint}</p>`}
    </div>
    <button type="button" class="button button-small" onClick=${() => project.hurry()}>
      Try again${hasSeveral && html`<span class="unseen"> ${project.name}</span>`}
    </button>
  </li>`;
}

function worst() {
  /** @type {import("../project.js").Phase[]} */
  const order = ["down", "refused", "behind", "loading", "live"];
  return order.find((phase) => projects.some((project) => project.phase.value === phase)) ?? "live";
}
