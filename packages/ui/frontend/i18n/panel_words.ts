/** The words of a ticket's panel. */
import type { SnoozeName } from "../features/ticket_panel/snooze_times.ts";

const SNOOZES: Record<SnoozeName, string> = { later: "Later today", tomorrow: "Tomorrow", monday: "Next week" };

export const PANEL_WORDS = {
  label: "About this ticket",
  assignee: "Assignee",
  unassigned: "Not assigned",
  take: "Take it",
  status: "Status",
  priority: "Priority",
  snooze: "Snooze",
  snoozeChoose: "Snooze until…",
  snoozes: SNOOZES,
  other: "Another time…",
  until: "Snooze until",
  set: "Snooze",
  cancel: "Cancel",
  snoozedUntil: "Snoozed until",
  wake: "Wake up",
  tags: "Tags",
  addTag: "Add a tag",
  removeTag: "Remove the tag",
  customer: "Customer",
};
