/** Deactivates a user, whose open tickets go to a colleague first; and takes them back. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { User } from "../../../api/wire.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { handOver, openTicketsOf } from "../../../stores/settings/hand_over.ts";
import { peopleOf } from "../../../stores/settings/people.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { useTeam } from "../../../ui/hooks/use_team.ts";
import { Problem } from "../../../ui/problem.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { Field } from "../parts/fields.tsx";

const NOBODY = "";

export function Leaving({ project, user }: { project: Project; user: User }) {
  const people = peopleOf(project);
  if (!user.active) {
    return (
      <Confirmed
        label={t("Reactivate")}
        says={t("They may sign in again, with the role that they had.")}
        verb={t("Reactivate them")}
        isDangerous={false}
        run={() => people.reactivate(user.user_id)}
      />
    );
  }
  if (user.role === "customer") {
    return (
      <Confirmed
        label={t("Deactivate")}
        says={t("They are refused everywhere from now on. Their tickets and what they wrote stay.")}
        verb={t("Deactivate them")}
        run={async () => void (await people.deactivate(user.user_id))}
      />
    );
  }
  return <AgentLeaves project={project} user={user} />;
}

function AgentLeaves({ project, user }: { project: Project; user: User }) {
  const tickets = useSignal<number | null>(null);
  const to = useSignal(NOBODY);
  const progress = useSignal<[done: number, total: number] | null>(null);
  const leave = async () => {
    try {
      await handOver(project.call, {
        agent: user.user_id,
        to: to.value === NOBODY ? null : to.value,
        report: (...counts) => {
          progress.value = counts;
        },
      });
      await peopleOf(project).deactivate(user.user_id);
    } finally {
      progress.value = null;
    }
  };
  return (
    <Confirmed
      label={t("Deactivate")}
      says={
        <>
          <p>{t("They are refused everywhere from now on; what they wrote stays.")}</p>
          <OpenTickets project={project} user={user} count={tickets} />
          {tickets.value !== null && tickets.value > 0 && <Heir project={project} user={user} chosen={to} />}
          {progress.value && (
            <p role="status">
              {t("{done} of {total} handed over…", { done: progress.value[0], total: progress.value[1] })}
            </p>
          )}
        </>
      }
      verb={t("Deactivate them")}
      run={leave}
    />
  );
}

type Count = { value: number | null };

function OpenTickets({ project, user, count }: { project: Project; user: User; count: Count }) {
  const { problem, run } = useAction();
  const ask = () =>
    void run(async () => {
      count.value = (await openTicketsOf(project.call, user.user_id)).length;
    });
  useEffect(ask, [project, user.user_id]);
  if (problem !== null) return <Problem problem={problem} onRetry={ask} />;
  if (count.value === null) return <p>{t("Their open tickets are counted…")}</p>;
  if (count.value === 0) return <p>{t("No open ticket is assigned to them.")}</p>;
  return (
    <p>{tn("{count} open ticket is assigned to them.", "{count} open tickets are assigned to them.", count.value)}</p>
  );
}

function Heir({ project, user, chosen }: { project: Project; user: User; chosen: { value: string } }) {
  const colleagues = useTeam(project).filter(({ user_id: id }) => id !== user.user_id);
  return (
    <Field label={t("Who takes them over")}>
      {(aria) => (
        <select
          {...aria}
          value={chosen.value}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
          }}
        >
          <option value={NOBODY}>{t("Nobody: they are unassigned then")}</option>
          {colleagues.map(({ user_id: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
