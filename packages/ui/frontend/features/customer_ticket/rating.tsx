/** Was the answer good? One click says it; a word may follow, and another click takes its place. */
import { useSignal } from "@preact/signals";
import type { Rating, Score, TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { isCurrent, isRatable, ratingsOf } from "../../stores/customers/ratings.ts";
import type { Project } from "../../stores/project.ts";
import { sendOnCtrlEnter } from "../../ui/forms.ts";
import { useChanges, useSending } from "../../ui/hooks/use_changes.ts";
import { ThumbDown, ThumbUp } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";

const WORD_LENGTH = 1000;

type RatingProps = { project: Project; ticket: TicketSummary };

export function AnswerRating({ project, ticket }: RatingProps) {
  if (!isRatable(ticket, now.value)) return null;
  return <Question key={ticket.solved_at} project={project} ticket={ticket} />;
}

function Question({ project, ticket }: RatingProps) {
  const ratings = ratingsOf(project);
  const latest = ratings.of(ticket.ticket_id).value;
  const rating = isCurrent(latest, ticket) ? latest : null;
  const { problem, make } = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  const rate = (score: Score) => {
    make(() => ratings.rate(ticket, score, rating?.comment ?? ""));
    desk.announcement.value = t("Thank you for your rating");
  };
  return (
    <div class="case-row rating">
      <p class="case-words" id="rating-question">
        {rating === null ? t("Was the answer good?") : t("Thank you. You rated the answer:")}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that two buttons lack. */}
      <div class="rating-scores" role="group" aria-labelledby="rating-question">
        <ScoreButton score="good" words={t("Good")} rating={rating} rate={rate} />
        <ScoreButton score="bad" words={t("Not good")} rating={rating} rate={rate} />
      </div>
      {rating !== null && <Word key={rating.score} project={project} ticket={ticket} rating={rating} />}
      {problem && <Problem problem={problem} />}
    </div>
  );
}

type ScoreProps = { score: Score; words: string; rating: Rating | null; rate: (score: Score) => void };

function ScoreButton({ score, words, rating, rate }: ScoreProps) {
  return (
    <button
      type="button"
      class={`button button-small score score-${score}`}
      aria-pressed={rating?.score === score}
      onClick={() => rate(score)}
    >
      {score === "good" ? <ThumbUp /> : <ThumbDown />} {words}
    </button>
  );
}

function Word({ project, ticket, rating }: RatingProps & { rating: Rating }) {
  const word = useSignal(rating.comment);
  const isSent = word.value.trim() === rating.comment;
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: ticket.ticket_id }));
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      await ratingsOf(project).rate(ticket, rating.score, word.value.trim());
      desk.announcement.value = t("Your words were sent");
    });
  };
  return (
    <form class="rating-word" onSubmit={send} onKeyDown={sendOnCtrlEnter}>
      <input
        aria-label={t("A word about the answer")}
        placeholder={rating.score === "good" ? t("What was good? (optional)") : t("What was missing? (optional)")}
        maxLength={WORD_LENGTH}
        dir="auto"
        value={word.value}
        onInput={(event) => {
          word.value = event.currentTarget.value;
        }}
      />
      {!isSent && (
        <button type="submit" class="button button-small" disabled={isBusy}>
          {t("Send")}
        </button>
      )}
      {problem && <Problem problem={problem} />}
    </form>
  );
}
