/** Where the user is signed in, and a way to end it. */
import { useEffect } from "preact/hooks";
import { desk } from "../../app.ts";
import { DEVICES, SIGN_IN } from "../../i18n/sign_in_words.ts";
import { formatDay } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import type { SignedInDevice } from "../../stores/access/devices.ts";
import { recovered } from "../../stores/access/project_session.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX } from "../../stores/route.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Back } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { LastUsed } from "./last_used.tsx";
import { ProjectPasskeys } from "./passkeys.tsx";

export function DevicesView() {
  const known = desk.known.value;
  return (
    <section class="sheet" aria-labelledby="devices-title">
      <a class="back" href={INBOX}>
        <Back /> {SIGN_IN.back}
      </a>
      <h1 id="devices-title">{DEVICES.title}</h1>
      <p class="gate-lead">{DEVICES.lead}</p>
      {known.map((project) => (
        // Another user's devices are another list.
        <ProjectDevices key={`${project.id} ${project.session.me.value?.user_id}`} project={project} />
      ))}
    </section>
  );
}

export function ProjectDevices({ project }: { project: Project }) {
  const { problem, run } = useAction();
  const load = () => void run(() => project.devices.load());
  useEffect(load, [project, recovered.value]);
  const devices = project.devices.list.value;
  return (
    <section aria-label={project.name}>
      {desk.hasSeveral && <h2 class="devices-project">{DEVICES.leadOf(project.name)}</h2>}
      {problem && <Problem problem={problem} onRetry={load} />}
      {devices?.length === 0 && <p class="gate-lead">{DEVICES.none}</p>}
      {devices !== null && devices.length > 0 && (
        <ul class="devices" aria-label={DEVICES.title}>
          {devices.map((device) => (
            <Device key={`${device.kind} ${device.id}`} project={project} device={device} />
          ))}
        </ul>
      )}
      {project.passkeys !== null && <ProjectPasskeys project={project} passkeys={project.passkeys} />}
    </section>
  );
}

function Device({ project, device }: { project: Project; device: SignedInDevice }) {
  const { isBusy, problem, run } = useAction();
  const end = () => run(() => (device.isCurrent ? project.signOut() : project.devices.revoke(device)));
  return (
    <li class="device">
      <div class="device-words">
        <p class="device-name">
          {device.name}
          {device.isCurrent && <span class="device-current">{DEVICES.current}</span>}
        </p>
        <p class="device-times">
          {device.kind === "session" ? DEVICES.browser : DEVICES.overlay} ·{" "}
          {t("signed in: {day}", { day: formatDay(device.since) })} ·{" "}
          {device.seenAt === null ? DEVICES.never : <LastUsed time={device.seenAt} />}
        </p>
        {problem && <Problem problem={problem} />}
      </div>
      <button
        type="button"
        class="button button-small"
        disabled={isBusy}
        aria-label={isBusy ? undefined : t("Sign out {device}", { device: device.name })}
        onClick={() => void end()}
      >
        {isBusy ? DEVICES.revoking : DEVICES.revoke}
      </button>
    </li>
  );
}
