/** The geometry of plots: which days a bar stands for, where the lines of a scale are, and what is drawn where. */
import type { StatsDay } from "../../api/wire.ts";
import type { Days } from "./query.ts";
import { dayAt, plusDays } from "./zones.ts";

// More bars than this are too thin to be hit by a finger.
const MOST_BARS = 62;

/** One bar: the days that it stands for, what happened in them, and the backlog at their end. */
export type Bar = { days: Days; created: number; solved: number; firstResponse: number; backlog: number };

/** Put days together where there are many: weeks, then four weeks, so that the last bar is always whole. */
export function barsOf(days: readonly StatsDay[], zone: string): Bar[] {
  const size = [1, 7, 28].find((one) => days.length / one <= MOST_BARS) ?? 28;
  const bars: Bar[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const part = days.slice(Math.max(0, end - size), end);
    const first = dayAt(part[0]?.start ?? 0, zone);
    bars.unshift({
      days: { first, last: plusDays(first, part.length - 1) },
      created: sum(part, (day) => day.created),
      solved: sum(part, (day) => day.solved),
      firstResponse: sum(part, (day) => day.first_response),
      backlog: part.at(-1)?.backlog ?? 0,
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

/** Return the numbers of the bars that have a label below them, the last one among them. */
export function labelled(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / most));
  const found: number[] = [];
  for (let at = count - 1; at >= 0; at -= step) found.unshift(at);
  return found;
}

/** Return a line through points as an SVG path. */
export function linePath(points: ReadonlyArray<readonly [number, number]>): string {
  return points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

function sum(days: readonly StatsDay[], of: (day: StatsDay) => number): number {
  return days.reduce((total, day) => total + of(day), 0);
}
