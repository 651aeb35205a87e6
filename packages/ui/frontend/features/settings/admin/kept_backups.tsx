/** The backups that are kept, how far the one is that is being made, and the button that begins one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { BackupState } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t } from "../../../i18n/translate.ts";
import { formatSize } from "../../../i18n/words.ts";
import type { Project } from "../../../stores/project.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { Loaded } from "../parts/page.tsx";

const POLL_MS = 1_000;

export function KeptBackups({ project }: { project: Project }) {
  const state = useSignal<BackupState | null>(null);
  const load = async () => {
    state.value = await project.call("system.backup", { make: false });
  };
  const isRunning = state.value?.running === true;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void load().catch(() => {}), POLL_MS);
    return () => clearInterval(timer);
  }, [project, isRunning]);
  return (
    <Loaded load={load} on={[project]} isThere={state.value !== null}>
      {() => state.value && <Backups project={project} state={state.value} began={load} />}
    </Loaded>
  );
}

type BackupsProps = { project: Project; state: BackupState; began: () => Promise<void> };

function Backups({ project, state, began }: BackupsProps) {
  const { isBusy, problem, run } = useAction();
  // An older server lists none.
  const kept = state.kept ?? [];
  const make = () =>
    run(async () => {
      await project.call("system.backup", { make: true });
      await began();
    });
  return (
    <>
      {kept.length === 0 && <p class="settings-none">{t("There is nothing.")}</p>}
      <ul class="settings-list" aria-label={t("Those that are kept")}>
        {kept.map((one) => (
          <li key={one.name}>
            {formatExactly(one.made_at)} · {formatSize(one.size)}
          </li>
        ))}
      </ul>
      {state.failure !== null && !state.running && (
        <p class="problem-message">{t("The last one failed. The person who runs this desk finds the reason there.")}</p>
      )}
      <p role="status">{state.running && t("A backup is being made: {percent} %", { percent: percentOf(state) })}</p>
      <p>
        <button type="button" class="button" disabled={isBusy || state.running} onClick={make}>
          {t("Make one now")}
        </button>
      </p>
      {problem && <Problem problem={problem} />}
    </>
  );
}

function percentOf({ done, total }: BackupState): number {
  return total === 0 ? 0 : Math.floor((100 * done) / total);
}
