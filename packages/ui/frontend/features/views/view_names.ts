/** What the lists are called. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { type BuiltIn, type ListName, savedName } from "../../stores/route.ts";
import { viewsOf } from "../../stores/tickets/views.ts";

export const VIEW_NAMES: Record<BuiltIn | "inbox", string> = {
  inbox: t("All tickets"),
  unassigned: t("Unassigned"),
  mine: t("Mine"),
  participating: t("Participating"),
  open: t("Open"),
  waiting: t("Waiting"),
  snoozed: t("Snoozed"),
  closed: t("Closed"),
};

/** Return what a list is called. */
export function listWord(name: ListName): string {
  if (!name.startsWith("saved/")) return VIEW_NAMES[name as BuiltIn | "inbox"];
  for (const project of desk.staffed.value) {
    const found = viewsOf(project).saved.value.find(({ view }) => savedName(project.id, view.view_id) === name);
    if (found !== undefined) return found.view.name;
  }
  return t("Saved views");
}
