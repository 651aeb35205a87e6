/** When what was fetched once is asked for again: a snapshot stands for events that were missed, or the server is back. */
import { effect, untracked } from "@preact/signals-core";
import type { Project } from "./project.ts";

export type Returning = Pick<Project, "snapshots" | "session">;

/**
 * Have `back` called; returns the function that ends that. `hasGap` says that events were missed: all that is known may
 * be out of date. Otherwise it is true, and what could not be fetched can be now.
 */
export function followReturns({ snapshots, session }: Returning, back: (hasGap: boolean) => void): () => void {
  let known = snapshots.peek();
  let wasLive = session.phase.peek() === "live";
  return effect(() => {
    const count = snapshots.value;
    const isLive = session.phase.value === "live";
    const hasGap = count !== known;
    const isBack = isLive && !wasLive;
    known = count;
    wasLive = isLive;
    if (hasGap || isBack) untracked(() => back(hasGap));
  });
}
