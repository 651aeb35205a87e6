/** Of which days figures are, where those begin, and what a spreadsheet gets of them. */
import { useId, useMemo } from "preact/hooks";
import { go } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import { toCsv } from "../../stores/stats/csv.ts";
import { type Days, LONGEST, RANGES, type StatsQuery, statsHref } from "../../stores/stats/query.ts";
import type { Figures } from "../../stores/stats/stats.ts";
import { dayAt, daysBetween, isDay, plusDays } from "../../stores/stats/zones.ts";
import { zoneOptions } from "../../ui/zone_options.ts";

type StatsToolsProps = { query: StatsQuery; figures: Figures | null; reload: () => void };

export function StatsTools({ query, figures, reload }: StatsToolsProps) {
  return (
    <div class="stats-tools">
      <Ranges query={query} />
      <OwnDays query={query} />
      <Zone query={query} />
      <button type="button" class="button" onClick={reload}>
        {t("Refresh")}
      </button>
      <button
        type="button"
        class="button"
        disabled={figures === null}
        onClick={() => figures && download(figures, query)}
      >
        {t("Download as CSV")}
      </button>
    </div>
  );
}

function Ranges({ query }: { query: StatsQuery }) {
  const today = dayAt(Date.now(), query.zone);
  const hrefOf = (range: (typeof RANGES)[number]) =>
    statsHref({ ...query, range, days: { first: plusDays(today, 1 - range), last: today } });
  return (
    <nav class="stats-ranges" aria-label={t("Days")}>
      {RANGES.map((range) => (
        <a key={range} href={hrefOf(range)} aria-current={query.range === range ? "true" : undefined}>
          {tn("{count} day", "{count} days", range)}
        </a>
      ))}
    </nav>
  );
}

/** Days that are chosen one by one. */
function OwnDays({ query }: { query: StatsQuery }) {
  const id = useId();
  const { first, last } = query.days;
  const take = (days: Days) => {
    const isGood = isDay(days.first) && isDay(days.last);
    const count = isGood ? daysBetween(days.first, days.last) : -1;
    if (count >= 0 && count < LONGEST) go(statsHref({ ...query, range: null, days }));
  };
  return (
    <span class="stats-days">
      <label for={`${id}-first`}>{t("From")}</label>
      <input
        id={`${id}-first`}
        type="date"
        max={last}
        value={first}
        onChange={(event) => take({ first: event.currentTarget.value, last })}
      />
      <label for={`${id}-last`}>{t("to")}</label>
      <input
        id={`${id}-last`}
        type="date"
        min={first}
        value={last}
        onChange={(event) => take({ first, last: event.currentTarget.value })}
      />
    </span>
  );
}

function Zone({ query }: { query: StatsQuery }) {
  const zones = useMemo(() => zoneOptions(query.zone), [query.zone]);
  return (
    <select
      class="stats-zone"
      aria-label={t("Time zone, in which days begin")}
      value={query.zone}
      onChange={(event) => go(statsHref({ ...query, zone: event.currentTarget.value }))}
    >
      {zones.map(([zone, words]) => (
        <option key={zone} value={zone}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** Hand the browser a file with the figures of the days, of the tags and of the agents. */
function download({ days, tags, agents }: Figures, { days: { first, last }, zone }: StatsQuery): void {
  const measures = ["created", "first_response", "median_ms", "p90_ms", "solved", "median_ms", "p90_ms", "good", "bad"];
  const rows = (named: Figures["tags"]) =>
    named.map(({ name, created, first_response: answered, solved, ratings }) => [
      name,
      created,
      ...[answered.count, answered.median_ms, answered.p90_ms],
      ...[solved.count, solved.median_ms, solved.p90_ms],
      ...[ratings.good, ratings.bad],
    ]);
  const text = toCsv([
    ["day", "created", "first_response", "solved", "backlog", "first_response_median_ms", "solved_median_ms"],
    ...days.map((day) => [
      dayAt(day.start, zone),
      ...[day.created, day.first_response, day.solved, day.backlog],
      // An older server tells no medians.
      ...[day.first_response_median_ms ?? null, day.solved_median_ms ?? null],
    ]),
    [],
    ["tag", ...measures],
    ...rows(tags),
    [],
    ["agent", ...measures],
    ...rows(agents),
  ]);
  // A spreadsheet takes a file for UTF-8 where it begins so.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `stats-${first}-${last}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
