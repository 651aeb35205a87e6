/** What stands over the page: one thing at a time, until its reader closes it. */
import { signal } from "@preact/signals-core";
import { useMemo } from "preact/hooks";
import type { Project } from "../../stores/project.ts";

export type Overlay =
  | { name: "help" }
  | { name: "palette" }
  /** `query` is what is searched for at first, in the language of filters. */
  | { name: "search"; query: string }
  /** `other` is the ticket that it is merged with, null while that is looked for; `rest` come after it, one by one. */
  | { name: "merge"; project: Project; ticketId: number; other: number | null; rest?: readonly number[] };

export const overlay = signal<Overlay | null>(null);

/** Return what closes the overlay that is drawn, unless another is there by now. */
export function useCloseOverlay(): () => void {
  const drawn = useMemo(() => overlay.peek(), []);
  return () => {
    if (overlay.peek() === drawn) overlay.value = null;
  };
}
