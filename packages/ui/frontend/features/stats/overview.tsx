/** The figures of the whole span; each leads to its tickets. */
import type { Figure, Took, Overview as Totals } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { figureHref } from "./figure_href.ts";
import { formatDuration, formatNumber } from "./words.ts";

export function Overview({ overview, query }: { overview: Totals; query: StatsQuery }) {
  const { created, first_response: answered, solved, backlog_before: before, backlog_after: after } = overview;
  const { good, bad } = overview.ratings;
  const rated = good + bad;
  return (
    <ul class="cards" aria-label={t("Totals")}>
      <Card query={query} figure="created" name={t("Filed")} value={formatNumber(created)} />
      <Card
        query={query}
        figure="first_response"
        name={t("First answer")}
        value={formatDuration(answered.median_ms)}
        detail={spreadWords(answered)}
      />
      <Card
        query={query}
        figure="solved"
        name={t("Time to solve")}
        value={formatDuration(solved.median_ms)}
        detail={spreadWords(solved)}
      />
      <Card
        query={query}
        figure="backlog"
        name={t("Open at the end")}
        value={formatNumber(after)}
        detail={t("{count} at the beginning", { count: formatNumber(before) })}
      />
      <Card
        name={t("Good ratings")}
        value={rated === 0 ? "–" : t("{percent} %", { percent: Math.round((good / rated) * 100) })}
        detail={t("{good} good, {bad} bad", { good: formatNumber(good), bad: formatNumber(bad) })}
      />
    </ul>
  );
}

function spreadWords({ count, p90_ms: within }: Took): string {
  if (count === 0) return t("none in these days");
  const words = { count: formatNumber(count), time: formatDuration(within) };
  return t("median of {count}; 90 % within {time}", words);
}

type CardProps = { query?: StatsQuery; figure?: Figure; name: string; value: string; detail?: string };

function Card({ query, figure, name, value, detail = "" }: CardProps) {
  const content = (
    <>
      <span class="card-name">{name}</span>
      <strong class="card-value">{value}</strong>
      <span class="card-detail">{detail}</span>
    </>
  );
  if (query === undefined || figure === undefined) return <li class="card">{content}</li>;
  return (
    <li>
      <a class="card" href={figureHref(query, figure, query.days)}>
        {content}
      </a>
    </li>
  );
}
