/** The choice of whose settings and figures are shown, on a page of several projects. */
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { chooseProject } from "./chosen_project.ts";

type ProjectChoiceProps = { projects: readonly Project[]; project: Project };

export function ProjectChoice({ projects, project }: ProjectChoiceProps) {
  return (
    <select aria-label={t("Project")} value={project.id} onChange={(event) => chooseProject(event.currentTarget.value)}>
      {projects.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
