/** Whether what the page shows is true now; what is well is said quietly, what is not is said with the reason. */
import { desk } from "../../app.ts";
import { SIGN_IN_BUTTON } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { signInHref } from "../../stores/route.ts";
import { connectionStatus } from "./status.ts";

export function ConnectionStatus() {
  const phases = desk.projects.map((project) => project.session.phase.value);
  const { phase, words } = connectionStatus(phases);
  return (
    <p class="connection" data-phase={phase} role="status">
      <span class="dot" />
      {words}
    </p>
  );
}

/** Each project that does not answer, with the reason; those that do are not held up by it. */
export function Outages() {
  const silent = desk.projects.filter((project) => project.session.problem.value !== null);
  if (silent.length === 0) return null;
  return (
    <ul class="outages" aria-label="Projects that do not answer">
      {silent.map((project) => (
        <Outage key={project.id} project={project} />
      ))}
    </ul>
  );
}

function Outage({ project }: { project: Project }) {
  const problem = project.session.problem.value;
  return (
    <li class="outage" data-phase={project.session.phase.value}>
      <span class="dot" />
      <div>
        <p class="outage-title">{problem?.message}</p>
        {problem?.hint && <p class="outage-hint">{problem.hint}</p>}
      </div>
      {project.needsSignIn.value ? (
        <a class="button button-small" href={signInHref(project.id)}>
          {SIGN_IN_BUTTON}
          {desk.hasSeveral && <span class="unseen"> to {project.name}</span>}
        </a>
      ) : (
        <button type="button" class="button button-small" onClick={() => void project.retry()}>
          Try again{desk.hasSeveral && <span class="unseen"> {project.name}</span>}
        </button>
      )}
    </li>
  );
}
