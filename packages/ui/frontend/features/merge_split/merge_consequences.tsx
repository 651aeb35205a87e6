/** What a merge does, in sentences. */
import type { TicketSummary } from "../../api/wire.ts";
import { locale, t, tn } from "../../i18n/translate.ts";
import type { MergePlan } from "../../stores/merging/merge_plan.ts";
import type { Project } from "../../stores/project.ts";
import { personName } from "../../ui/person_name.ts";

type MergeConsequencesProps = { project: Project; plan: MergePlan; source: TicketSummary; target: TicketSummary };

export function MergeConsequences({ project, plan, source, target }: MergeConsequencesProps) {
  const from = source.ticket_id;
  const into = target.ticket_id;
  const names = new Intl.ListFormat(locale(), { type: "conjunction" });
  const customer = source.customer_name;
  return (
    <div class="merge-effects">
      <h3>{t("What will happen")}</h3>
      <ul>
        <li>
          {tn(
            "{count} message moves to ticket {into}, to its own time.",
            "{count} messages move to ticket {into}, each to its own time, the first text among them.",
            plan.moved,
            { into },
          )}
        </li>
        <li>{t("Ticket {from} is closed, and leads to ticket {into}.", { from, into })}</li>
        {plan.opens && <li>{t("Ticket {into} opens, because ticket {from} is unanswered.", { from, into })}</li>}
        {plan.newFollowers.length > 0 && (
          <li>
            {tn(
              "{names} follows ticket {into} from then on.",
              "{names} follow ticket {into} from then on.",
              plan.newFollowers.length,
              { names: names.format(plan.newFollowers.map((id) => personName(project, id))), into },
            )}
          </li>
        )}
        {plan.lostTags.length > 0 && (
          <li>{t("Its tags stay behind: {tags}.", { tags: names.format(plan.lostTags) })}</li>
        )}
        {plan.lostAssignee !== null && <li>{t("Its assignee, {name}, stays behind.", { name: plan.lostAssignee })}</li>}
        <li>
          {t("No letter is sent. {customer} sees on the page where it goes on, and so does the team.", { customer })}
        </li>
        <li class="merge-final">{t("It cannot be undone: messages can only be split off again, as a new ticket.")}</li>
      </ul>
    </div>
  );
}
