/** The points of a line, one for each bar that has a value: a click leads to its tickets. */
import type { Figure } from "../../api/wire.ts";
import type { Bar, Point } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { figureHref } from "./figure_href.ts";
import type { Place } from "./plot_frame.tsx";
import { formatDays } from "./words.ts";

type PlotPointsProps = {
  place: Place;
  bars: readonly Bar[];
  points: ReadonlyArray<Point | null>;
  query: StatsQuery;
  figure: Figure;
  /** Says the value of a bar. */
  say: (bar: Bar) => string;
};

export function PlotPoints({ place, bars, points, query, figure, say }: PlotPointsProps) {
  return (
    <>
      {bars.map((bar, at) => {
        const point = points[at] ?? null;
        if (point === null) return null;
        return (
          <a key={bar.days.first} tabindex={-1} class="plot-point" href={figureHref(query, figure, bar.days)}>
            <title>{`${formatDays(bar.days)}: ${say(bar)}`}</title>
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
    </>
  );
}
