/** Which statuses an agent may set, as the server has it; a snooze has a control of its own. */
import type { Status } from "../../api/wire.ts";

/** What is set on any ticket but a closed one. */
export const SETTABLE: readonly Status[] = ["open", "waiting", "solved", "closed"];

export function statusChoices(status: Status): readonly Status[] {
  if (status === "closed") return ["open", "closed"];
  return status === "new" || status === "snoozed" ? [status, ...SETTABLE] : SETTABLE;
}
