/** How long first answers and solutions took, day by day: the half that was quicker lies below the line. */
import { t } from "../../i18n/translate.ts";
import { type Bar, barsOf, durationTicks, labelled, linePath, type Point, runsOf } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import type { Figures } from "../../stores/stats/stats.ts";
import { figureHref } from "./figure_href.ts";
import { Frame, PlotTable, placeOf } from "./plot_frame.tsx";
import { useWidth } from "./use_width.ts";
import { formatDays, formatDuration } from "./words.ts";

type Timed = "first_response" | "solved";
type DurationPlotProps = { figure: Timed; figures: Figures; query: StatsQuery };

const HEIGHT = 220;
// The width that a bar's label takes.
const LABEL_PX = 70;
const NAMES: Record<Timed, string> = { first_response: t("First answer"), solved: t("Time to solve") };

export function DurationPlot({ figure, figures, query }: DurationPlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const bars = barsOf(figures.days, query.zone, figures.groups);
  const took = bars.map((bar) => tookOf(bar, figure));
  const ticks = durationTicks(Math.max(0, ...took.map((ms) => ms ?? 0)));
  const place = placeOf(width, HEIGHT, bars.length, ticks, formatDuration);
  const points = took.map((ms, at): Point | null => (ms === null ? null : [place.x(at), place.y(ms)]));
  const labels = labelled(bars.length, Math.floor(width / LABEL_PX));
  return (
    <section class="plot" aria-labelledby={`${figure}-title`}>
      <h2 id={`${figure}-title`}>{NAMES[figure]}</h2>
      <p class="legend">{t("The median: half of the tickets took no longer.")}</p>
      <div ref={ref}>
        <Frame place={place} ticks={ticks} bars={bars} labels={labels} say={formatDuration}>
          <g class={figure === "solved" ? "plot-solved" : "plot-created"}>
            {runsOf(points).map((run) => (
              <path key={run[0]?.[0]} class="plot-line" d={linePath(run)} />
            ))}
            {bars.map((bar, at) => {
              const point = points[at] ?? null;
              if (point === null) return null;
              return (
                <a key={bar.days.first} tabindex={-1} class="plot-point" href={figureHref(query, figure, bar.days)}>
                  <title>{`${formatDays(bar.days)}: ${formatDuration(took[at] ?? null)}`}</title>
                  <rect
                    class="plot-hit"
                    x={place.x(at) - place.step / 2}
                    y={place.top}
                    width={place.step}
                    height={place.bottom - place.top}
                  />
                  <circle cx={point[0]} cy={point[1]} r={3} />
                </a>
              );
            })}
          </g>
        </Frame>
      </div>
      <PlotTable
        bars={bars}
        query={query}
        columns={[{ figure, name: NAMES[figure], of: (bar) => said(bar, figure) }]}
      />
    </section>
  );
}

function tookOf(bar: Bar, figure: Timed): number | null {
  return figure === "solved" ? bar.solvedMs : bar.firstResponseMs;
}

function said(bar: Bar, figure: Timed): string | null {
  const took = tookOf(bar, figure);
  return took === null ? null : formatDuration(took);
}
