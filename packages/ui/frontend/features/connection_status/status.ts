/** The one word for the connections to all projects. */
import { t } from "../../i18n/translate.ts";
import type { Phase } from "../../stores/access/project_session.ts";

const WORDS: Record<Phase, string> = {
  loading: t("Connecting"),
  live: t("Live"),
  behind: t("Reconnecting"),
  down: t("Not reachable"),
  refused: t("Not signed in"),
};
const WORST_FIRST: Phase[] = ["down", "refused", "behind", "loading", "live"];

export function connectionStatus(phases: Phase[]): { phase: Phase; words: string } {
  const phase = WORST_FIRST.find((candidate) => phases.includes(candidate)) ?? "live";
  const live = phases.filter((candidate) => candidate === "live").length;
  const isPartial = phases.length > 1 && phase !== "live" && live > 0;
  return { phase, words: isPartial ? t("{live} of {all} live", { live, all: phases.length }) : WORDS[phase] };
}
