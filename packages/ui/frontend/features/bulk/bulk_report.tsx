/** How a change of tickets goes and how it ended: what was refused and why, and the way back. */
import { useLayoutEffect } from "preact/hooks";
import type { ApiError } from "../../api/errors.ts";
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { BulkRun, Refused } from "../../stores/bulk/bulk_run.ts";
import type { Named } from "../../stores/bulk/ticket_changes.ts";
import { sayRefusal } from "../../stores/refusals/refusals_part.ts";
import { threadHref } from "../../stores/route.ts";
import { useAttention } from "../../ui/hooks/use_attention.ts";
import { Close } from "../../ui/icons.tsx";
import { ENGLISH, wordsOf } from "../../ui/plain_problem.ts";
import { Problem } from "../../ui/problem.tsx";
import { changes, outcomeOf, resumeChange, selection, undoChange } from "./bulk.ts";

// Long enough to read it and to turn to the button; what was refused stays until it is closed.
const SHOWN_MS = 12_000;

export function BulkReport({ last }: { last: Named }) {
  const { run } = last;
  const isEnded = run.isComplete.value && !run.isRunning.value;
  const { isHeld, handlers } = useAttention();
  // It is not read while the page is out of sight, and not done with while somebody is at it.
  const isRead = desk.isVisible.value && !isHeld.value;
  useAway(last, isEnded && isRead && run.refused.value.length + changes.earlier.value.length === 0);
  return (
    <div class="bulk-report" {...handlers}>
      <p class="bulk-line">
        {isEnded ? outcomeOf(last.words, run.changedCount.value, run.refused.value.length) : last.words}
      </p>
      {!isEnded && <Progress run={run} />}
      {run.problem.value && <Problem problem={run.problem.value} onRetry={() => void resumeChange(last)} />}
      <Buttons last={last} />
      {run.refused.value.length > 0 && <RefusedList refused={run.refused.value} />}
    </div>
  );
}

/** A change before the last one: what is left of it to be read, and to be sent. */
export function EarlierReport({ earlier }: { earlier: Named }) {
  const { run, words } = earlier;
  return (
    <div class="bulk-report">
      <p class="bulk-line">{outcomeOf(words, run.changedCount.value, run.refused.value.length)}</p>
      {run.problem.value && <Problem problem={run.problem.value} onRetry={() => void resumeChange(earlier)} />}
      {run.refused.value.length > 0 && <RefusedList refused={run.refused.value} />}
    </div>
  );
}

/** Close a report that has nothing more to say. */
function useAway(last: Named, isDone: boolean): void {
  // At once: it may be about to close.
  useLayoutEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => {
      if (changes.last.peek() === last) changes.hide();
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [last, isDone]);
}

function Progress({ run }: { run: BulkRun }) {
  const done = run.done.value;
  return (
    <label class="bulk-progress">
      <progress max={run.total} value={done} />{" "}
      {t("{done} of {total}", { done, total: tn("{count} ticket", "{count} tickets", run.total) })}
    </label>
  );
}

function Buttons({ last }: { last: Named }) {
  const { run } = last;
  const isRunning = run.isRunning.value;
  return (
    <div class="bulk-buttons">
      {isRunning && run.total > run.done.value && (
        <button type="button" class="button button-small" onClick={() => run.stop()}>
          {t("Stop")}
        </button>
      )}
      {!isRunning && !run.isComplete.value && run.problem.value === null && (
        <button type="button" class="button button-small" onClick={() => void resumeChange(last)}>
          {t("Go on")}
        </button>
      )}
      {changes.canUndo.value && (
        <button type="button" class="button button-small" onClick={() => void undoChange()}>
          {t("Undo")}
        </button>
      )}
      {!changes.isRunning.value && (
        <button type="button" class="icon-button bulk-close" onClick={() => changes.hide()}>
          <Close />
          <span class="unseen">{t("Close the report")}</span>
        </button>
      )}
    </div>
  );
}

/** Why tickets were refused: in the words of the page, and in its language. */
function Reason({ problem }: { problem: ApiError | undefined }) {
  if (problem === undefined) return null;
  const { message, hint, original } = wordsOf(sayRefusal(problem), desk.isAdmin.value);
  return (
    <>
      <p class="bulk-reason">{message}</p>
      {hint !== "" && <p class="bulk-reason">{hint}</p>}
      {original.map((sentence) => (
        <p class="bulk-reason" lang={ENGLISH} dir="ltr">
          {sentence}
        </p>
      ))}
    </>
  );
}

/** The tickets that were refused, those with the same reason together. */
function RefusedList({ refused }: { refused: readonly Refused[] }) {
  const reasons = new Map<string, Refused[]>();
  for (const one of refused) {
    const { message, hint } = one.problem;
    const reason = `${message}\n${hint}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), one]);
  }
  return (
    <details class="bulk-refused" open>
      <summary>
        {tn("{count} refused", "{count} refused", refused.length)}
        {selection.isActive.value && <span> · {t("still selected")}</span>}
      </summary>
      {[...reasons].map(([reason, tickets]) => (
        <div key={reason}>
          <Reason problem={tickets[0]?.problem} />
          <ul>
            {tickets.map(({ project, ticketId, title }) => (
              <li key={`${project.id}/${ticketId}`}>
                <a href={threadHref(project.id, ticketId)}>
                  <bdi>{title || t("Ticket {number}", { number: ticketId })}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </details>
  );
}
