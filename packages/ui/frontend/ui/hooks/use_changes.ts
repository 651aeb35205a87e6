/** Changes that are shown at once and sent by themselves: several may be on their way, and each may be refused. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";

export type Changes = {
  /** Why the last one that was refused was; it stays until the next change that is made after all of these. */
  problem: ApiError | null;
  make: (change: () => Promise<void>) => void;
};

export function useChanges(): Changes {
  const problem = useSignal<ApiError | null>(null);
  const open = useRef(0);
  const send = async (change: () => Promise<void>) => {
    if (open.current === 0) problem.value = null;
    open.current += 1;
    try {
      await change();
    } catch (error) {
      problem.value = toApiError(error);
    } finally {
      open.current -= 1;
    }
  };
  return { problem: problem.value, make: (change) => void send(change) };
}
