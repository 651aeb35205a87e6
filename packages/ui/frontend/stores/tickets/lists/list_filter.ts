/** The filter that finds what a list shows. */
import type { SavedView } from "../../../api/wire.ts";
import type { BuiltIn, ListName } from "../../route.ts";

const FILTERS: Record<BuiltIn | "inbox", string> = {
  inbox: "-is:done",
  unassigned: "is:unassigned -is:done",
  mine: "assignee:me is:active",
  // Who takes part in a ticket is no condition of a filter.
  participating: "is:active",
  open: "is:active",
  waiting: "status:waiting",
  snoozed: "status:snoozed",
  closed: "is:done",
};

/** Return the filter that finds what a view lists, as nearly as a filter can say it. */
export function filterOf(listed: ListName, saved: readonly SavedView[], nameOf: (view: SavedView) => string): string {
  if (Object.hasOwn(FILTERS, listed)) return FILTERS[listed as BuiltIn | "inbox"];
  return saved.find((view) => nameOf(view) === listed)?.filter ?? "";
}
