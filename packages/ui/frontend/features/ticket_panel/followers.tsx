/** Which agents are told what happens on a ticket; one joins or leaves by one click. */
import type { TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { participantsOf } from "../../stores/customers/participants.ts";
import type { Project } from "../../stores/project.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { useChanges } from "../../ui/hooks/use_changes.ts";
import { personName } from "../../ui/person_name.ts";
import { Problem } from "../../ui/problem.tsx";

export function Followers({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const { problem, make } = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  const me = project.session.me.value;
  const { ticket_id: id, followers } = ticket;
  const isFollowing = me !== null && followers.includes(me.user_id);
  const nameOf = (userId: string) => participantsOf(project).find(id, userId)?.name ?? personName(project, userId);
  return (
    <div class="panel-field">
      <span class="panel-label" id="panel-followers">
        {t("Followers")}
      </span>
      {followers.length > 0 && (
        <ul class="panel-people" aria-labelledby="panel-followers">
          {followers.map((userId) => (
            <li key={userId}>
              <Avatar id={userId} name={nameOf(userId)} />
              <bdi>{nameOf(userId)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <button
        type="button"
        class="button button-small"
        aria-pressed={isFollowing}
        data-key="follow"
        onClick={() => make(() => project.changes.follow(id, !isFollowing))}
      >
        {isFollowing ? t("Unfollow") : t("Follow")}
      </button>
      {problem && <Problem problem={problem} />}
    </div>
  );
}
