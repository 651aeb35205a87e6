/** What went wrong, and what to do about it. */
import type { ApiError } from "../api/errors.ts";
import { Warning } from "./icons.tsx";
import { Wait } from "./wait.tsx";

export function Problem({ problem, onRetry }: { problem: ApiError; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Warning />
      <div>
        <p class="problem-message">{problem.message}</p>
        {problem.faults.map((fault) => (
          <p class="problem-hint">{fault}</p>
        ))}
        {problem.retryAt !== null ? (
          <Wait until={problem.retryAt} />
        ) : (
          problem.hint && <p class="problem-hint">{problem.hint}</p>
        )}
      </div>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
