/** What a customer does with their ticket next to writing: solve, reopen, rate the answer, share it. */
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { newHref } from "../../stores/route.ts";
import { useChanges } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { goOnAsNew } from "../composer/writing.ts";
import { Guests } from "./guests.tsx";
import { AnswerRating } from "./rating.tsx";
import { mayReopen, maySolve, statusSentence } from "./status_sentence.ts";

type CustomerTicketProps = { project: Project; ticket: TicketSummary };

export function CustomerTicket({ project, ticket }: CustomerTicketProps) {
  return (
    <section class="case" aria-label={t("Your ticket")}>
      <Progress project={project} ticket={ticket} />
      <AnswerRating project={project} ticket={ticket} />
      <Guests project={project} ticket={ticket} />
    </section>
  );
}

function Progress({ project, ticket }: CustomerTicketProps) {
  const { problem, make } = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  const set = (status: "solved" | "open", said: string) => {
    make(() => project.update(ticket.ticket_id, { status }));
    desk.announcement.value = said;
  };
  return (
    <div class="case-row">
      <p class="case-words">{statusSentence(ticket)}</p>
      {maySolve(ticket.status) && (
        <button type="button" class="button button-small" onClick={() => set("solved", t("The ticket is solved"))}>
          {t("It is solved")}
        </button>
      )}
      {mayReopen(ticket.status) && (
        <button type="button" class="button button-small" onClick={() => set("open", t("The ticket is open again"))}>
          {t("Open it again")}
        </button>
      )}
      {ticket.status === "closed" && (
        <a class="button button-small" href={newHref(project.id)} onClick={() => goOnAsNew(project, ticket.ticket_id)}>
          {t("New ticket")}
        </a>
      )}
      {problem && <Problem problem={problem} />}
    </div>
  );
}
