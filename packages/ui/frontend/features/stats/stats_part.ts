/** What is loaded with the figures. */
export { StatsView } from "./stats.tsx";
