/** The team of a project, to choose somebody from. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf, MOST_FOUND } from "../../stores/team/colleagues.ts";

/** Return the team; empty until it is known. */
export function useTeam(project: Project): readonly User[] {
  const team = useSignal<readonly User[]>([]);
  useEffect(() => {
    const take = (found: readonly User[]) => {
      team.value = found;
    };
    colleaguesOf(project)
      .find("", MOST_FOUND)
      .then(take, () => {});
  }, [project]);
  return team.value;
}
