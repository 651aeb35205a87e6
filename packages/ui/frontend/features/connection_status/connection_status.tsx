/** Whether what the page shows is true now; what is well is said quietly, what is not is said with the reason. */
import { desk } from "../../app.ts";
import { formatMoment } from "../../i18n/times.ts";
import { t, tx } from "../../i18n/translate.ts";
import { SIGN_IN_BUTTON } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { signInHref } from "../../stores/route.ts";
import { wordsOf } from "../../ui/plain_problem.ts";
import { connectionStatus } from "./status.ts";

export function ConnectionStatus() {
  const phases = desk.projects.map((project) => project.session.phase.value);
  const { phase, words } = connectionStatus(phases);
  return (
    <p class="connection" data-phase={phase} role="status">
      <span class="dot" />
      <span>{words}</span>
    </p>
  );
}

/** Each project that does not answer, with the reason; those that do are not held up by it. */
export function Outages() {
  const silent = desk.projects.filter((project) => project.session.problem.value !== null);
  if (silent.length === 0) return null;
  return (
    <ul class="outages" aria-label={t("Projects that do not answer")}>
      {silent.map((project) => (
        <Outage key={project.id} project={project} />
      ))}
    </ul>
  );
}

/** Each project whose server is too old for the list to be what it is elsewhere. */
export function OlderServers() {
  const older = desk.projects.filter((project) => project.inbox.isWhole.value);
  return (
    <>
      {older.map((project) => (
        <p key={project.id} class="outage-hint older-server" role="status">
          {tx("The server of {project} runs an older release: its list shows solved and closed tickets too.", {
            project: <bdi>{project.name}</bdi>,
          })}
        </p>
      ))}
    </>
  );
}

/** Each project that is used at another address than its first one, by which it is called. */
export function OtherAddresses() {
  const elsewhere = desk.projects.filter(
    ({ name, session }) => session.phase.value === "live" && (session.address.value ?? name) !== name,
  );
  return (
    <>
      {elsewhere.map(({ id, name, session }) => (
        <p key={id} class="outage-hint other-address" role="status">
          {tx("{project} is used at {address}.", {
            project: <bdi>{name}</bdi>,
            address: <bdi>{session.address.value}</bdi>,
          })}
        </p>
      ))}
    </>
  );
}

function Outage({ project }: { project: Project }) {
  const problem = project.session.problem.value;
  const words = problem && wordsOf(problem, desk.isAdmin.value);
  const seenAt = project.session.seenAt.value;
  return (
    <li class="outage" data-phase={project.session.phase.value}>
      <span class="dot" />
      <div>
        <p class="outage-title">{words?.message}</p>
        {words?.hint && <p class="outage-hint">{words.hint}</p>}
        {seenAt !== null && (
          <p class="outage-hint">{t("You see what you had seen by {time}.", { time: formatMoment(seenAt) })}</p>
        )}
      </div>
      {project.needsSignIn.value ? (
        <a
          class="button button-small"
          href={signInHref(project.id)}
          aria-label={desk.hasSeveral ? t("Sign in to {project}", { project: project.name }) : undefined}
        >
          {SIGN_IN_BUTTON}
        </a>
      ) : (
        <button
          type="button"
          class="button button-small"
          aria-label={desk.hasSeveral ? t("Try again {project}", { project: project.name }) : undefined}
          onClick={() => void project.retry()}
        >
          {t("Try again")}
        </button>
      )}
    </li>
  );
}
