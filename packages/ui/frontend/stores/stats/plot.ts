/** The geometry of plots: which days a bar stands for, where the lines of a scale are, and what is drawn where. */
import type { StatsDay } from "../../api/wire.ts";
import type { Days } from "./query.ts";
import { dayAt, plusDays } from "./zones.ts";

// More bars than this are too thin to be hit by a finger.
const MOST_BARS = 62;

const MINUTE = 60_000;
const UNITS = [MINUTE, 60 * MINUTE, 24 * 60 * MINUTE] as const;

export type Point = readonly [x: number, y: number];

/** One bar: the days that it stands for, what happened in them, the medians of what it took, the backlog at their end. */
export type Bar = {
  days: Days;
  created: number;
  solved: number;
  backlog: number;
  /** Null where there were none. */
  firstResponseMs: number | null;
  solvedMs: number | null;
};

/** Return how many of so many days a bar stands for: one, a week, or four weeks. */
export function daysOfBar(count: number): number {
  return [1, 7, 28].find((one) => count / one <= MOST_BARS) ?? 28;
}

/**
 * Put days together where there are many, so that the last bar is always whole.
 *
 * `groups` are the same days as the server has put them together: no median follows from those of the days.
 */
export function barsOf(days: readonly StatsDay[], zone: string, groups: readonly StatsDay[] = []): Bar[] {
  const size = daysOfBar(days.length);
  const bars: Bar[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const part = days.slice(Math.max(0, end - size), end);
    const first = dayAt(part[0]?.start ?? 0, zone);
    const group = (size === 1 ? days : groups).at(-1 - bars.length);
    bars.unshift({
      days: { first, last: plusDays(first, part.length - 1) },
      created: sum(part, (day) => day.created),
      solved: sum(part, (day) => day.solved),
      backlog: part.at(-1)?.backlog ?? 0,
      // An older server tells none.
      firstResponseMs: group?.first_response_median_ms ?? null,
      solvedMs: group?.solved_median_ms ?? null,
    });
  }
  return bars;
}

/** Return the values of a scale's lines, from 0 to the first one that is not below `most`: whole numbers, three to six. */
export function ticksFor(most: number): number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power);
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < Math.max(1, most)) ticks.push((ticks.at(-1) ?? 0) + step);
  return ticks;
}

/** The same for times in milliseconds: whole minutes, hours or days. */
export function durationTicks(most: number): number[] {
  const unit = UNITS.findLast((one) => most >= 2 * one) ?? MINUTE;
  return ticksFor(most / unit).map((tick) => tick * unit);
}

/** Return the numbers of the bars that have a label below them, the last one among them. */
export function labelled(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / most));
  const found: number[] = [];
  for (let at = count - 1; at >= 0; at -= step) found.unshift(at);
  return found;
}

/** Return a line through points as an SVG path. */
export function linePath(points: readonly Point[]): string {
  return points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Return the points that follow one another; a line has a gap where there is none. */
export function runsOf(points: ReadonlyArray<Point | null>): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

function sum(days: readonly StatsDay[], of: (day: StatsDay) => number): number {
  return days.reduce((total, day) => total + of(day), 0);
}
