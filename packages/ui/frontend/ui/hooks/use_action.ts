/** An action that takes a while and may fail: `isBusy` while it runs, then `problem`. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";

export type Action = { isBusy: boolean; problem: ApiError | null; run: (work: () => Promise<void>) => Promise<void> };

export function useAction(): Action {
  const isBusy = useSignal(false);
  const problem = useSignal<ApiError | null>(null);
  const run = async (work: () => Promise<void>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await work();
      problem.value = null;
    } catch (error) {
      problem.value = toApiError(error);
    } finally {
      isBusy.value = false;
    }
  };
  return { isBusy: isBusy.value, problem: problem.value, run };
}

/** A question that is asked again before it is answered, such as a search: the last one counts, and is never dropped. */
export function useQuestion(): Action {
  const isBusy = useSignal(false);
  const problem = useSignal<ApiError | null>(null);
  const asked = useRef(0);
  const run = async (work: () => Promise<void>) => {
    asked.current += 1;
    const own = asked.current;
    const isLast = () => own === asked.current;
    isBusy.value = true;
    try {
      await work();
      if (isLast()) problem.value = null;
    } catch (error) {
      if (isLast()) problem.value = toApiError(error);
    } finally {
      if (isLast()) isBusy.value = false;
    }
  };
  return { isBusy: isBusy.value, problem: problem.value, run };
}
