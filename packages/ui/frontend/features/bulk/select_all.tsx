/** Selects what a view has beyond the tickets that are listed: they are listed first, page by page. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";
import { announceSelection, listedKeys, selection } from "./bulk.ts";

// More than anybody changes at once without a second look; it can be repeated.
const MOST = 5_000;

export function SelectAll() {
  const { isBusy, problem, run } = useAction();
  const isWanted = useRef(true);
  const listed = useSignal(0);
  useEffect(
    () => () => {
      isWanted.current = false;
    },
    [],
  );
  const hasMore = desk.projects.some((project) => desk.pagesOf(project).list.cursor.value !== null);
  if (!hasMore) return null;
  const select = async () => {
    const view = desk.listed.peek();
    const isCurrent = () => isWanted.current && desk.listed.peek() === view;
    for (const project of desk.projects) {
      await listAll(project, isCurrent, () => {
        listed.value = desk.rows.peek().length;
      });
    }
    if (!isCurrent()) return;
    selection.add(listedKeys().slice(0, MOST));
    announceSelection();
  };
  return (
    <>
      <button type="button" class="button button-small" disabled={isBusy} onClick={() => void run(select)}>
        {isBusy ? tn("{count} ticket…", "{count} tickets…", listed.value) : t("Select all of this view")}
      </button>
      {problem && <Problem problem={problem} />}
    </>
  );
}

/** List all of a project's view, as far as it is selected. */
async function listAll(project: Project, isCurrent: () => boolean, told: () => void): Promise<void> {
  const pages = desk.pagesOf(project);
  const { list } = pages;
  while (list.cursor.peek() !== null && list.length < MOST && isCurrent()) {
    const { length } = list;
    await pages.loadMore();
    const problem = pages.problem.peek();
    if (problem !== null) throw problem;
    told();
    // The list was replaced meanwhile, and has no more than before: its reader can ask again.
    if (list.length === length) return;
  }
}
