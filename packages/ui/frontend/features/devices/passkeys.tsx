/** The passkeys of the user, and the way to another one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Passkey } from "../../api/wire.ts";
import { authenticator } from "../../app.ts";
import { PASSKEYS } from "../../i18n/sign_in_words.ts";
import { formatDay } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import type { Passkeys } from "../../stores/access/passkeys.ts";
import { recovered } from "../../stores/access/project_session.ts";
import type { Project } from "../../stores/project.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";
import { LastUsed } from "./last_used.tsx";

export function ProjectPasskeys({ project, passkeys }: { project: Project; passkeys: Passkeys }) {
  const { problem, run } = useAction();
  const load = () => void run(() => passkeys.load());
  useEffect(() => {
    load();
    // Whether the page is where passkeys can be made.
    void project.signIn?.learn();
  }, [passkeys, recovered.value]);
  const list = passkeys.list.value;
  return (
    <section class="passkeys" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{PASSKEYS.title}</h2>
      <p class="gate-lead">{PASSKEYS.lead}</p>
      {problem && <Problem problem={problem} onRetry={load} />}
      {list?.length === 0 && <p class="devices-none">{PASSKEYS.none}</p>}
      {list !== null && list.length > 0 && (
        <ul class="devices" aria-label={PASSKEYS.title}>
          {list.map((passkey) => (
            <Row key={passkey.passkey_id} passkeys={passkeys} passkey={passkey} />
          ))}
        </ul>
      )}
      {list !== null && <Add project={project} passkeys={passkeys} />}
    </section>
  );
}

function Add({ project, passkeys }: { project: Project; passkeys: Passkeys }) {
  const { isBusy, problem, run } = useAction();
  const hasMadeNone = useSignal(false);
  const maker = authenticator;
  if (maker === null || !project.signIn?.ways.value.passkey) {
    return <p class="devices-none">{PASSKEYS.cannot}</p>;
  }
  const add = () =>
    run(async () => {
      hasMadeNone.value = false;
      const here = project.devices.list.value?.find((device) => device.isCurrent)?.name;
      hasMadeNone.value = !(await passkeys.add(maker, here ?? PASSKEYS.unnamed));
    });
  return (
    <div class="passkeys-add">
      {problem && <Problem problem={problem} />}
      <button type="button" class="button button-strong" disabled={isBusy} onClick={() => void add()}>
        {isBusy ? PASSKEYS.adding : PASSKEYS.add}
      </button>
      {hasMadeNone.value && !isBusy && (
        <p class="devices-none" role="status">
          {PASSKEYS.notMade}
        </p>
      )}
    </div>
  );
}

function Row({ passkeys, passkey }: { passkeys: Passkeys; passkey: Passkey }) {
  const { isBusy, problem, run } = useAction();
  return (
    <li class="device">
      <div class="device-words">
        <p class="device-name">{passkey.name}</p>
        <p class="device-times">
          {t("made: {day}", { day: formatDay(passkey.created_at) })} ·{" "}
          {passkey.last_used_at === null ? PASSKEYS.never : <LastUsed time={passkey.last_used_at} />}
        </p>
        {problem && <Problem problem={problem} />}
      </div>
      <button
        type="button"
        class="button button-small"
        disabled={isBusy}
        aria-label={isBusy ? undefined : t("Remove {passkey}", { passkey: passkey.name })}
        onClick={() => void run(() => passkeys.remove(passkey.passkey_id))}
      >
        {isBusy ? PASSKEYS.removing : PASSKEYS.remove}
      </button>
    </li>
  );
}
