/** What came in, what was solved, and what was left, day by day. */
import { t } from "../../i18n/translate.ts";
import { type Bar, linePath, ticksFor } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { figureHref } from "./figure_href.ts";
import { counted, Frame, type Place, PlotTable, placeOf } from "./plot_frame.tsx";
import { PlotPoints } from "./plot_points.tsx";
import { useWidth } from "./use_width.ts";
import { formatDays, formatNumber } from "./words.ts";

type PlotProps = { bars: readonly Bar[]; query: StatsQuery };

export function VolumePlot({ bars, query }: PlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const ticks = ticksFor(Math.max(0, ...bars.map((bar) => Math.max(bar.created, bar.solved))));
  const place = placeOf(width, bars.length, ticks);
  return (
    <section class="plot" aria-labelledby="volume-title">
      <h2 id="volume-title">{t("Filed and solved")}</h2>
      <p class="legend">
        <span class="legend-entry plot-created">{t("Filed")}</span>
        <span class="legend-entry plot-solved">{t("Solved")}</span>
      </p>
      <div ref={ref}>
        <Frame place={place} ticks={ticks} bars={bars}>
          {bars.map((bar, at) => (
            <g key={bar.days.first}>
              <Column place={place} at={at} bar={bar} query={query} figure="created" side={0} />
              <Column place={place} at={at} bar={bar} query={query} figure="solved" side={1} />
            </g>
          ))}
        </Frame>
      </div>
      <PlotTable bars={bars} query={query} columns={[counted("created"), counted("solved")]} />
    </section>
  );
}

type ColumnProps = {
  place: Place;
  at: number;
  bar: Bar;
  query: StatsQuery;
  figure: "created" | "solved";
  side: 0 | 1;
};

function Column({ place, at, bar, query, figure, side }: ColumnProps) {
  const width = Math.max(1, Math.min(14, place.step * 0.38));
  const x = place.x(at) + (side === 0 ? -width - 0.5 : 0.5);
  const y = place.y(bar[figure]);
  const words = figure === "created" ? t("Filed") : t("Solved");
  return (
    <a tabindex={-1} class={`plot-bar plot-${figure}`} href={figureHref(query, figure, bar.days)}>
      <title>{`${formatDays(bar.days)} · ${words}: ${formatNumber(bar[figure])}`}</title>
      {/* The whole height can be hit; a bar of one ticket is low. */}
      <rect class="plot-hit" x={x} y={place.top} width={width} height={place.bottom - place.top} />
      <rect x={x} y={y} width={width} height={Math.max(0, place.bottom - y)} rx={Math.min(2, width / 2)} />
    </a>
  );
}

export function BacklogPlot({ bars, query }: PlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const ticks = ticksFor(Math.max(0, ...bars.map((bar) => bar.backlog)));
  const place = placeOf(width, bars.length, ticks);
  const points = bars.map((bar, at) => [place.x(at), place.y(bar.backlog)] as const);
  const first = points[0]?.[0] ?? 0;
  const last = points.at(-1)?.[0] ?? 0;
  const line = linePath(points);
  return (
    <section class="plot" aria-labelledby="backlog-title">
      <h2 id="backlog-title">{t("Open tickets")}</h2>
      <p class="legend">{t("Neither solved nor closed, at the end of each day.")}</p>
      <div ref={ref}>
        <Frame place={place} ticks={ticks} bars={bars}>
          {points.length > 0 && (
            <path class="plot-area" d={`${line}L${last} ${place.bottom}L${first} ${place.bottom}Z`} />
          )}
          <path class="plot-line" d={line} />
          <PlotPoints
            place={place}
            bars={bars}
            points={points}
            query={query}
            figure="backlog"
            say={(bar) => formatNumber(bar.backlog)}
          />
        </Frame>
      </div>
      <PlotTable bars={bars} query={query} columns={[counted("backlog")]} />
    </section>
  );
}
