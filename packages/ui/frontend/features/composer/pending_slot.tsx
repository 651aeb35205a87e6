/** Where messages on their way stand while no ticket is open. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { desk } from "../../app.ts";

/** What shows them: the part that sends them says so when it is loaded, and nothing is on its way before. */
export const pendingBar = signal<ComponentType | null>(null);

export function PendingBar() {
  const Bar = pendingBar.value;
  return Bar !== null && desk.route.value.view !== "thread" ? <Bar /> : null;
}
