/** The frame of a plot: its scale and the days below, and the same numbers as a table, for who does not see it. */
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/translate.ts";
import type { Bar } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { figureHref } from "./figure_href.ts";
import { FIGURE_WORDS, formatDays, formatNumber, formatShortDay } from "./words.ts";

/** Where in a plot something is drawn. */
export type Place = {
  width: number;
  height: number;
  top: number;
  bottom: number;
  left: number;
  /** How far bars are from each other. */
  step: number;
  /** The middle of a bar, by its number. */
  x: (at: number) => number;
  y: (value: number) => number;
};

const TOP = 8;
const BELOW = 24;
const DIGIT_PX = 8;

export function placeOf(width: number, height: number, count: number, ticks: readonly number[]): Place {
  const most = ticks.at(-1) ?? 1;
  const left = 12 + DIGIT_PX * formatNumber(most).length;
  const bottom = height - BELOW;
  const step = (width - left - 8) / Math.max(1, count);
  return {
    width,
    height,
    top: TOP,
    bottom,
    left,
    step,
    x: (at) => left + step * (at + 0.5),
    y: (value) => bottom - (value / most) * (bottom - TOP),
  };
}

type FrameProps = {
  place: Place;
  ticks: readonly number[];
  bars: readonly Bar[];
  labels: readonly number[];
  children: ComponentChildren;
};

/** The picture is for the eye and the hand: its table says the same, and has its links. */
export function Frame({ place, ticks, bars, labels, children }: FrameProps) {
  return (
    <svg
      class="plot-picture"
      aria-hidden="true"
      width={place.width}
      height={place.height}
      viewBox={`0 0 ${place.width} ${place.height}`}
      direction="ltr"
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="plot-grid" x1={place.left} x2={place.width} y1={place.y(tick)} y2={place.y(tick)} />
          <text class="plot-label" x={place.left - 6} y={place.y(tick) + 4} text-anchor="end">
            {formatNumber(tick)}
          </text>
        </g>
      ))}
      {labels.map((at) => (
        <text key={at} class="plot-label" x={place.x(at)} y={place.height - 6} text-anchor="middle">
          {formatShortDay(bars[at]?.days.first ?? "1970-01-01")}
        </text>
      ))}
      {children}
    </svg>
  );
}

type PlotTableProps = {
  bars: readonly Bar[];
  query: StatsQuery;
  figures: ReadonlyArray<"created" | "solved" | "backlog">;
};

export function PlotTable({ bars, query, figures }: PlotTableProps) {
  return (
    <details class="plot-table">
      <summary>{t("As a table")}</summary>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("Days")}</th>
              {figures.map((figure) => (
                <th key={figure} scope="col">
                  {FIGURE_WORDS[figure]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.toReversed().map((bar) => (
              <tr key={bar.days.first}>
                <th scope="row">{formatDays(bar.days)}</th>
                {figures.map((figure) => (
                  <td key={figure}>
                    <a href={figureHref(query, figure, bar.days)}>{formatNumber(bar[figure])}</a>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
