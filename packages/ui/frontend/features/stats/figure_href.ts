/** The way from a figure to the tickets that it counts. */
import type { Figure } from "../../api/wire.ts";
import { type Days, type StatsQuery, statsHref } from "../../stores/stats/query.ts";

/** Whose tickets alone are counted; empty for everybody's. */
export type Only = { agent: string; tag: string };

const EVERYBODY: Only = { agent: "", tag: "" };

export function figureHref(query: StatsQuery, figure: Figure, days: Days, only = EVERYBODY): string {
  return statsHref({ ...query, figure: { figure, days, ...only } });
}
