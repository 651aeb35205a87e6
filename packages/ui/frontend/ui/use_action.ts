/** An action that takes a while and may fail: `isBusy` while it runs, then `problem`. */
import { useSignal } from "@preact/signals";
import { type ApiError, toApiError } from "../api/errors.ts";

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
