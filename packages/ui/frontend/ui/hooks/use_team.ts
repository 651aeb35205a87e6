/** The team of a project, to choose somebody from. */
import { useEffect } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";
import { teamOf } from "../../stores/team/team.ts";

/** Return the team; empty until it is known. */
export function useTeam(project: Project): readonly User[] {
  const team = teamOf(project);
  useEffect(() => team.ensure(), [team]);
  return team.users.value;
}
