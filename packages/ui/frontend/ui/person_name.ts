/** What one of the team is called, where a list or a text has an id alone. */
import type { TicketSummary } from "../api/wire.ts";
import { t } from "../i18n/translate.ts";
import type { Project } from "../stores/project.ts";
import { colleaguesOf } from "../stores/team/colleagues.ts";

// Until the server has answered.
const NOT_YET = "…";

/** Return a name; words for one who has left the team. Never the id, which says little to a reader. */
export function personName(project: Project, id: string): string {
  const me = project.session.me.value;
  if (id === me?.user_id) return me.name;
  const colleagues = colleaguesOf(project);
  return colleagues.nameOf(id) ?? (colleagues.isGone(id) ? t("A former colleague") : NOT_YET);
}

/** Return what the one is called who has a ticket; words where no one has it. */
export function assigneeName(project: Project, { assignee, assignee_name: name }: TicketSummary): string {
  return assignee === null ? t("Not assigned") : (name ?? personName(project, assignee));
}
