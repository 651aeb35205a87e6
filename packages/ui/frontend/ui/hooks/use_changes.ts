/** Changes that are shown at once and sent by themselves: several may be on their way, and each may be refused. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { wordsOf } from "../plain_problem.ts";
import { type Action, useAction } from "./use_action.ts";

export type Changes = {
  /** Why the last one that was refused was; it stays until the next change that is made after all of these. */
  problem: ApiError | null;
  make: (change: () => Promise<void>) => void;
};

/** `about` names what is changed, such as "Ticket 7": who has left it by then is told there what was refused. */
export function useChanges(about: string): Changes {
  const problem = useSignal<ApiError | null>(null);
  const open = useRef(0);
  const isGone = useIsGone();
  const send = async (change: () => Promise<void>) => {
    if (open.current === 0) problem.value = null;
    open.current += 1;
    try {
      await change();
    } catch (error) {
      problem.value = toApiError(error);
      if (isGone.current) warnOf(about, problem.value);
    } finally {
      open.current -= 1;
    }
  };
  return { problem: problem.value, make: (change) => void send(change) };
}

/** Like `useAction`, for what is sent from a view that may be left before the answer: then the page says that it failed. */
export function useSending(about: string): Action {
  const action = useAction();
  const isGone = useIsGone();
  const run = (work: () => Promise<void>) =>
    action.run(async () => {
      try {
        await work();
      } catch (error) {
        if (isGone.current) warnOf(about, toApiError(error));
        throw error;
      }
    });
  return { ...action, run };
}

/** Return whether what uses this is not on the page any more. */
function useIsGone(): { readonly current: boolean } {
  const isGone = useRef(false);
  // From the first drawing on: what is left before its first frame is gone, too.
  useLayoutEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );
  return isGone;
}

/** Who is signed out is asked to sign in, and sees then what is there. */
function warnOf(about: string, problem: ApiError): void {
  if (problem.isUnauthenticated) return;
  const { message } = wordsOf(problem, desk.isAdmin.peek());
  desk.announcement.warn(t("{about}: what you did was not saved. {reason}", { about, reason: message }));
}
