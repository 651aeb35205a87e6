/** Which statuses an agent may set, as the server has it; a snooze has a control of its own. */
import type { Status } from "../../api/wire.ts";

const ALWAYS: Status[] = ["open", "waiting", "solved", "closed"];

export function statusChoices(status: Status): Status[] {
  if (status === "closed") return ["open", "closed"];
  return status === "new" || status === "snoozed" ? [status, ...ALWAYS] : ALWAYS;
}
