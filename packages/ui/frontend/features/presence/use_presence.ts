/** Says that this window shows a ticket, and that its user writes there. */
import { useEffect } from "preact/hooks";
import type { MessageKind } from "../../api/wire.ts";
import { beatsOf } from "../../stores/presence/presence_beats.ts";
import type { Project } from "../../stores/project.ts";

/** Be at a ticket while its view is shown. */
export function useViewing(project: Project, ticketId: number): void {
  useEffect(() => beatsOf(project).enter(ticketId), [project, ticketId]);
}

export type Writing = {
  /** Call it with each change that the user makes to the text. */
  typed: () => void;
  /** Call it when the text was sent. */
  stopped: () => void;
};

/** Say that the user writes on a ticket; of a note, customers learn nothing. */
export function useWriting(project: Project, ticketId: number, kind: MessageKind): Writing {
  useEffect(() => () => beatsOf(project).stopped(ticketId), [project, ticketId, kind]);
  return {
    typed: () => beatsOf(project).typed(ticketId, kind),
    stopped: () => beatsOf(project).stopped(ticketId),
  };
}
