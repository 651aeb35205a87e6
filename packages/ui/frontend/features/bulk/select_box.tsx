/** The box of a row by which an agent selects its ticket; with Shift, all from the last one to this. */
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { listedKeys, selection } from "./bulk.ts";

export function SelectBox({ project, ticketId, title }: { project: Project; ticketId: number; title: string }) {
  if (!project.session.isStaff.value) return null;
  const key = ticketKey(project.id, ticketId);
  const onClick = (event: MouseEvent) => {
    if (event.shiftKey) selection.extend(key, listedKeys());
    else selection.toggle(key);
  };
  return (
    <label class="select-box">
      {/* The store says what is selected: also what a click with Shift has done to this one. */}
      <input type="checkbox" checked={selection.has(key)} onClick={onClick} />
      <span class="unseen">{t("Select {title}", { title })}</span>
    </label>
  );
}
