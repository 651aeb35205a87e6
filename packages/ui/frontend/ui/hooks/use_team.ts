/** The team of a project, to choose somebody from. */
import { useEffect } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";

/** Return the team; empty until it is known. */
export function useTeam(project: Project): readonly User[] {
  const colleagues = colleaguesOf(project);
  useEffect(() => colleagues.loadTeam(), [colleagues]);
  return colleagues.team.value;
}
