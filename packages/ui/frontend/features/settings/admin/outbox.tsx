/** The letters that wait, were sent, or were given up; what a webhook is sent is listed with it. */
import { useSignal } from "@preact/signals";
import type { DeliveryState, OutboxDelivery } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { Choices } from "../parts/choices.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { Loaded } from "../parts/page.tsx";

const CHANNEL = "mail";
const SHOWN = 20;
const STATES: DeliveryState[] = ["waiting", "dead", "done"];
const STATE_WORDS: Record<DeliveryState, string> = {
  waiting: t("Waiting"),
  dead: t("Given up"),
  done: t("Sent"),
  dropped: t("Dropped"),
};

export function Outbox({ project }: { project: Project }) {
  const state = useSignal<DeliveryState>("waiting");
  const list = useSignal<OutboxDelivery[] | null>(null);
  const load = async () => {
    const asked = state.value;
    const page = await project.call("outbox.list", { channel: CHANNEL, state: asked, limit: SHOWN });
    // Of a choice before, it is not what is listed now.
    if (asked === state.peek()) list.value = page.deliveries;
  };
  const choose = (chosen: DeliveryState) => {
    list.value = null;
    state.value = chosen;
  };
  return (
    <>
      <Choices
        label={t("What is listed")}
        name="deliveries"
        options={STATES}
        words={(one) => STATE_WORDS[one]}
        chosen={state.value}
        choose={choose}
      />
      <Loaded load={load} on={[project, state.value]} isThere={list.value !== null}>
        {() => <Deliveries project={project} list={list.value ?? []} reload={load} />}
      </Loaded>
    </>
  );
}

type DeliveriesProps = { project: Project; list: OutboxDelivery[]; reload: () => Promise<void> };

function Deliveries({ project, list, reload }: DeliveriesProps) {
  if (list.length === 0) return <p class="settings-none">{t("There is nothing.")}</p>;
  return (
    <ul class="settings-list" aria-label={t("On their way")}>
      {list.map((delivery) => (
        <Row key={delivery.delivery_id} project={project} delivery={delivery} reload={reload} />
      ))}
    </ul>
  );
}

type RowProps = { project: Project; delivery: OutboxDelivery; reload: () => Promise<void> };

function Row({ project, delivery, reload }: RowProps) {
  const { isBusy, problem, run } = useAction();
  const { delivery_id: id, summary, target, created_at: at, note, state } = delivery;
  const isOpen = state === "waiting" || state === "dead";
  const retry = () =>
    run(async () => {
      await project.call("outbox.retry", { delivery_id: id });
      await reload();
    });
  return (
    <li class="settings-entry entry-plain">
      <span class="entry-words">
        <bdi class="entry-name">{summary}</bdi>
        <bdi class="entry-detail">{target}</bdi>
        <span class="entry-detail">{formatExactly(at)}</span>
        {note !== "" && <bdi class="entry-detail">{note}</bdi>}
      </span>
      {isOpen && (
        <>
          <button type="button" class="button button-small" disabled={isBusy} onClick={() => void retry()}>
            {t("Try now")}
            <span class="unseen"> {summary}</span>
          </button>
          <Confirmed
            label={t("Drop")}
            of={summary}
            says={t("It is never sent.")}
            verb={t("Drop it")}
            run={async () => {
              await project.call("outbox.drop", { delivery_id: id });
              await reload();
            }}
          />
        </>
      )}
      {problem && <Problem problem={problem} />}
    </li>
  );
}
