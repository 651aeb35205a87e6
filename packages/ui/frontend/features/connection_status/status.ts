/** The one word for the connections to all projects. */
import type { Phase } from "../../stores/access/project_session.ts";

const WORDS: Record<Phase, string> = {
  loading: "Connecting",
  live: "Live",
  behind: "Reconnecting",
  down: "Not reachable",
  refused: "Not signed in",
};
const WORST_FIRST: Phase[] = ["down", "refused", "behind", "loading", "live"];

export function connectionStatus(phases: Phase[]): { phase: Phase; words: string } {
  const phase = WORST_FIRST.find((candidate) => phases.includes(candidate)) ?? "live";
  const live = phases.filter((candidate) => candidate === "live").length;
  const isPartial = phases.length > 1 && phase !== "live" && live > 0;
  return { phase, words: isPartial ? `${live} of ${phases.length} live` : WORDS[phase] };
}
