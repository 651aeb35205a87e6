/** What stands behind the last row: that more are on their way, or why they are not. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { Problem } from "../../ui/problem.tsx";

export function ListEnd({ project }: { project: Project }) {
  const pages = desk.pagesOf(project);
  const problem = pages.problem.value;
  const more = () => void pages.loadMore();
  if (problem !== null) {
    return (
      <div class="ticket-end">
        <Problem problem={problem} onRetry={more} />
      </div>
    );
  }
  if (pages.isStalled.value) {
    return (
      <div class="ticket-end">
        <button type="button" class="button" disabled={pages.isLoading.value} onClick={more}>
          {desk.hasSeveral ? t("Look further in {project}", { project: project.name }) : t("Look further")}
        </button>
      </div>
    );
  }
  if (!pages.isLoading.value) return null;
  return (
    <p class="ticket-end" role="status">
      {desk.hasSeveral ? t("Loading tickets of {project}…", { project: project.name }) : t("Loading tickets…")}
    </p>
  );
}
