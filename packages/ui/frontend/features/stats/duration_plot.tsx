/** How long first answers and solutions took, day by day: the half that was quicker lies below the line. */
import { t } from "../../i18n/translate.ts";
import { type Bar, durationTicks, linePath, type Point, runsOf } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { Frame, PlotTable, placeOf } from "./plot_frame.tsx";
import { PlotPoints } from "./plot_points.tsx";
import { useWidth } from "./use_width.ts";
import { formatDuration } from "./words.ts";

type Timed = "first_response" | "solved";
type DurationPlotProps = { figure: Timed; bars: readonly Bar[]; query: StatsQuery };

const NAMES: Record<Timed, string> = { first_response: t("First answer"), solved: t("Time to solve") };

export function DurationPlot({ figure, bars, query }: DurationPlotProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const took = bars.map((bar) => tookOf(bar, figure));
  const ticks = durationTicks(Math.max(0, ...took.map((ms) => ms ?? 0)));
  const place = placeOf(width, bars.length, ticks, formatDuration);
  const points = took.map((ms, at): Point | null => (ms === null ? null : [place.x(at), place.y(ms)]));
  return (
    <section class="plot" aria-labelledby={`${figure}-title`}>
      <h2 id={`${figure}-title`}>{NAMES[figure]}</h2>
      <p class="legend">{t("The median: half of the tickets took no longer.")}</p>
      <div ref={ref}>
        <Frame place={place} ticks={ticks} bars={bars} say={formatDuration}>
          <g class={figure === "solved" ? "plot-solved" : "plot-created"}>
            {runsOf(points).map((run) => (
              <path key={run[0]?.[0]} class="plot-line" d={linePath(run)} />
            ))}
            <PlotPoints
              place={place}
              bars={bars}
              points={points}
              query={query}
              figure={figure}
              say={(bar) => formatDuration(tookOf(bar, figure))}
            />
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
