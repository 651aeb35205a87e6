/** The words of the views. */
import type { ListName } from "../stores/route.ts";

type Named = Exclude<ListName, `saved/${string}`>;

const NAMES: Record<Named, string> = {
  inbox: "All tickets",
  unassigned: "Unassigned",
  mine: "Mine",
  participating: "Participating",
  open: "Open",
  waiting: "Waiting",
  snoozed: "Snoozed",
  closed: "Closed",
};

export const VIEW_WORDS = {
  label: "Views",
  saved: "Saved views",
  empty: "No tickets here",
  names: NAMES,
};
