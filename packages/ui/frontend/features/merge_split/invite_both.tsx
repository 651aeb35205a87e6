/** Has the same people see both tickets, so that they can be merged; what each of them will see is said before. */
import type { TicketSummary } from "../../api/wire.ts";
import { locale, t, tn } from "../../i18n/translate.ts";
import type { MergePlan } from "../../stores/merging/merge_plan.ts";
import type { Project } from "../../stores/project.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";

type InviteProps = { project: Project; source: TicketSummary; target: TicketSummary; plan: MergePlan };

export function Invite({ project, source, target, plan }: InviteProps) {
  const { isBusy, problem, run } = useAction();
  const names = new Intl.ListFormat(locale(), { type: "conjunction" });
  const nameOf = (user: string) =>
    user === source.customer ? source.customer_name : user === target.customer ? target.customer_name : user;
  const wouldSee = (users: readonly string[], ticket: TicketSummary) =>
    tn(
      "{names} would see all of ticket {number} but its notes.",
      "{names} would see all of ticket {number} but its notes.",
      users.length,
      { names: names.format(users.map(nameOf)), number: ticket.ticket_id },
    );
  const invite = async () => {
    await inviteAll(project, target.ticket_id, plan.onlySource);
    await inviteAll(project, source.ticket_id, plan.onlyTarget);
  };
  return (
    <div class="merge-invite">
      {plan.onlySource.length > 0 && <p>{wouldSee(plan.onlySource, target)}</p>}
      {plan.onlyTarget.length > 0 && <p>{wouldSee(plan.onlyTarget, source)}</p>}
      {problem && <Problem problem={problem} />}
      <button type="button" class="button" disabled={isBusy} onClick={() => void run(invite)}>
        {t("Invite them to both tickets")}
      </button>
    </div>
  );
}

async function inviteAll(project: Project, ticketId: number, users: readonly string[]): Promise<void> {
  for (const user of users) {
    const ticket = await project.call("ticket.invite", { ticket_id: ticketId, user_id: user });
    project.data.putTicket(ticket, 0);
  }
}
