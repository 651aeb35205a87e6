/** How the last attempts to send to a webhook ended, with a test and a way to send one again. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Webhook, WebhookAnswer } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { webhooksOf } from "../../../stores/settings/webhook_list.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";

// A receiver that is there answers within a second or two.
const ANSWER_MS = 2_000;

export function WebhookAnswers({ project, webhook }: { project: Project; webhook: Webhook }) {
  const webhooks = webhooksOf(project);
  const id = webhook.webhook_id;
  const answers = useSignal<WebhookAnswer[] | null>(null);
  const said = useSignal("");
  const { isBusy, problem, run } = useAction();
  const fetch = async () => {
    answers.value = await webhooks.answers(id);
  };
  const look = () => void run(fetch);
  const send = (work: () => Promise<void>) =>
    void run(async () => {
      await work();
      said.value = t("It is on its way.");
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      await fetch();
      said.value = "";
    });
  useEffect(look, [webhooks, id]);
  return (
    <>
      <div class="form-end">
        <button type="button" class="button" disabled={isBusy} onClick={() => send(() => webhooks.test(id))}>
          {t("Send a test")}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={look}>
          {t("Look again")}
        </button>
        <p class="form-state" role="status">
          {said.value}
        </p>
      </div>
      {problem && <Problem problem={problem} />}
      {answers.value?.length === 0 && <p class="settings-none">{t("Nothing was sent yet.")}</p>}
      {answers.value !== null && answers.value.length > 0 && (
        <Answers answers={answers.value} again={(seq) => send(() => webhooks.redeliver(id, seq))} />
      )}
    </>
  );
}

function Answers({ answers, again }: { answers: WebhookAnswer[]; again: (seq: number) => void }) {
  return (
    <ul class="settings-list" aria-label={t("Last attempts")}>
      {answers.map((answer) => (
        <li key={answer.answer_id} class="settings-entry entry-plain">
          <span class="entry-words">
            <code class="entry-name" dir="ltr">
              {answer.kind}
            </code>
            <span class="entry-detail">{formatExactly(answer.at)}</span>
            {answer.excerpt !== "" && (
              <span class="entry-detail" dir="auto">
                {answer.excerpt}
              </span>
            )}
          </span>
          <span class="entry-mark" data-state={isGood(answer) ? "active" : "failing"}>
            {answer.status === null
              ? answer.error
              : t("{status} in {time} ms", { status: answer.status, time: answer.duration_ms })}
          </span>
          {answer.seq > 0 && (
            <button type="button" class="button button-small" onClick={() => again(answer.seq)}>
              {t("Send again")}
              <span class="unseen"> {answer.kind}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function isGood({ status }: WebhookAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}
