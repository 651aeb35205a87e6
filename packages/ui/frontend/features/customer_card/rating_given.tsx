/** What the customer said of the answer, as the team reads it. */
import type { TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { isCurrent, ratingsOf } from "../../stores/customers/ratings.ts";
import type { Project } from "../../stores/project.ts";
import { ThumbDown, ThumbUp } from "../../ui/icons.tsx";

export function RatingGiven({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  // What was never solved was never rated: nothing is asked.
  if (ticket.solved_at === null) return null;
  return <LatestRating project={project} ticket={ticket} />;
}

function LatestRating({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const rating = ratingsOf(project).of(ticket.ticket_id).value;
  if (rating === null) return null;
  const isGood = rating.score === "good";
  return (
    <div class="panel-field">
      <span class="panel-label">{t("Rating")}</span>
      <p class="panel-value rating-given" data-score={rating.score}>
        {isGood ? <ThumbUp /> : <ThumbDown />} {isGood ? t("Good") : t("Not good")}
        {!isCurrent(rating, ticket) && <small> {t("(an earlier answer)")}</small>}
      </p>
      {rating.comment !== "" && (
        <blockquote class="rating-comment" dir="auto">
          {rating.comment}
        </blockquote>
      )}
    </div>
  );
}
