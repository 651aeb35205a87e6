/** Where a ticket came from, and where it went on: the other ones of a merge or a split. */
import type { TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";

export function TicketLinks({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const { merged_into: into, split_from: from } = ticket;
  if (into === null && from === null) return null;
  return (
    <div class="panel-field">
      <span class="panel-label">{t("Linked tickets")}</span>
      <ul class="panel-links">
        {into !== null && (
          <li>
            <a href={threadHref(project.id, into)}>{t("Merged into ticket {number}", { number: into })}</a>
          </li>
        )}
        {from !== null && (
          <li>
            <a href={threadHref(project.id, from)}>{t("Split from ticket {number}", { number: from })}</a>
          </li>
        )}
      </ul>
    </div>
  );
}
