/** What went wrong, and what to do about it; the text of an outage goes when it ends. */
import { useEffect, useMemo } from "preact/hooks";
import type { ApiError } from "../api/errors.ts";
import { isOutage } from "../api/outages.ts";
import { desk } from "../app.ts";
import { t } from "../i18n/translate.ts";
import { recovered } from "../stores/access/project_session.ts";
import { Warning } from "./icons.tsx";
import { ENGLISH, wordsOf } from "./plain_problem.ts";
import { Wait } from "./wait.tsx";

export function Problem({ problem, onRetry }: { problem: ApiError; onRetry?: () => void }) {
  const before = useMemo(() => recovered.peek(), [problem]);
  const isOver = isOutage(problem) && recovered.value > before;
  useEffect(() => {
    // What could not be fetched is fetched now; what could not be done is for the user to do again.
    if (isOver) onRetry?.();
  }, [isOver]);
  if (isOver) return null;
  const { message, hint, faults, original } = wordsOf(problem, desk.isAdmin.value);
  return (
    <div class="problem" role="alert">
      <Warning />
      <div>
        <p class="problem-message">{message}</p>
        {faults.map((fault) => (
          <p class="problem-hint">{fault}</p>
        ))}
        {original.map((sentence) => (
          <p class="problem-hint" lang={ENGLISH} dir="ltr">
            {sentence}
          </p>
        ))}
        {problem.retryAt !== null ? <Wait until={problem.retryAt} /> : hint && <p class="problem-hint">{hint}</p>}
      </div>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          {t("Try again")}
        </button>
      )}
    </div>
  );
}
