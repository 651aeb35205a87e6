/** The frame of a plot: its scale and the days below, and the same numbers as a table, for who does not see it. */
import type { ComponentChildren } from "preact";
import type { Figure } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { type Bar, labelled } from "../../stores/stats/plot.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import { figureHref } from "./figure_href.ts";
import { FIGURE_WORDS, formatDays, formatNumber, formatShortDay } from "./words.ts";

/** Says a value of a scale. */
type Say = (value: number) => string;

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

const HEIGHT = 220;
const TOP = 8;
const BELOW = 24;
const DIGIT_PX = 8;
// The width that a bar's label takes.
const LABEL_PX = 70;

export function placeOf(width: number, count: number, ticks: readonly number[], say: Say = formatNumber): Place {
  const most = ticks.at(-1) ?? 1;
  const left = 12 + DIGIT_PX * Math.max(...ticks.map((tick) => say(tick).length));
  const bottom = HEIGHT - BELOW;
  const step = (width - left - 8) / Math.max(1, count);
  return {
    width,
    height: HEIGHT,
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
  say?: Say;
  children: ComponentChildren;
};

/** The picture is for the eye and the hand: its table says the same, and has its links. */
export function Frame({ place, ticks, bars, say = formatNumber, children }: FrameProps) {
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
            {say(tick)}
          </text>
        </g>
      ))}
      {labelled(bars.length, Math.floor(place.width / LABEL_PX)).map((at) => (
        <text key={at} class="plot-label" x={place.x(at)} y={place.height - 6} text-anchor="middle">
          {formatShortDay(bars[at]?.days.first ?? "1970-01-01")}
        </text>
      ))}
      {children}
    </svg>
  );
}

/** A column of a plot's table: what stands in it for a bar, null where there is nothing. */
export type Column = { figure: Figure; name: string; of: (bar: Bar) => string | null };

/** Return the column of a figure that is counted. */
export function counted(figure: "created" | "solved" | "backlog"): Column {
  return { figure, name: FIGURE_WORDS[figure], of: (bar) => formatNumber(bar[figure]) };
}

type PlotTableProps = { bars: readonly Bar[]; query: StatsQuery; columns: readonly Column[] };

export function PlotTable({ bars, query, columns }: PlotTableProps) {
  return (
    <details class="plot-table">
      <summary>{t("As a table")}</summary>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("Days")}</th>
              {columns.map(({ figure, name }) => (
                <th key={figure} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.toReversed().map((bar) => (
              <tr key={bar.days.first}>
                <th scope="row">{formatDays(bar.days)}</th>
                {columns.map(({ figure, of }) => (
                  <td key={figure}>
                    {of(bar) === null ? "–" : <a href={figureHref(query, figure, bar.days)}>{of(bar)}</a>}
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
