/** Leads to the ticket after the open one in the list. */
import { go } from "../../app.ts";
import { INBOX } from "../../stores/route.ts";
import { rows } from "../commands/action.ts";

export function openNext(): void {
  const listed = rows();
  const at = listed.findIndex((row) => row.ariaCurrent === "page");
  const next = listed[at + 1];
  if (at < 0 || next === undefined) go(INBOX);
  else next.click();
}
