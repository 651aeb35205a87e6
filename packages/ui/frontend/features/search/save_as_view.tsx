/** Keeps the filters of a search as a view. */
import { effect, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { listHref, savedName } from "../../stores/route.ts";
import { formatFilter, type Query } from "../../stores/search/query.ts";
import { saveView } from "../../stores/tickets/lists/saved_view_edits.ts";
import { viewsOf } from "../../stores/tickets/views.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { overlay } from "../commands/overlays.ts";

const NAME_LENGTH = 300;

export function SaveAsView({ query }: { query: Query }) {
  const isNaming = useSignal(false);
  const project = desk.home.value;
  if (!desk.isStaff.value || project === null) return null;
  const hasWords = query.text.trim() !== "";
  if (query.filters.length === 0) {
    return <p class="finder-after">{t("Filters such as status:open can be saved as a view")}</p>;
  }
  return (
    <div class="finder-after">
      {isNaming.value ? (
        <NameForm filter={query.filters.map(formatFilter).join(" ")} cancel={() => (isNaming.value = false)} />
      ) : (
        <button type="button" class="button button-small" onClick={() => (isNaming.value = true)}>
          {t("Save as a view")}
        </button>
      )}
      {hasWords && <span>{t("A view has the filters alone: its words are not kept")}</span>}
    </div>
  );
}

// The event of the view is quicker than this, or the bar lists it later.
const PATIENCE_MS = 2_000;

/** Wait until the bar of the views knows one. */
function untilListed(project: Project, viewId: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const end = effect(() => {
      if (!viewsOf(project).saved.value.some(({ view }) => view.view_id === viewId)) return;
      clearTimeout(timer);
      queueMicrotask(() => end());
      resolve();
    });
  });
}

function NameForm({ filter, cancel }: { filter: string; cancel: () => void }) {
  const name = useSignal("");
  const { isBusy, problem, run } = useSending(t("Saved views"));
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const project = desk.home.peek();
    if (project === null || name.value.trim() === "") return;
    void run(async () => {
      const view = await saveView(project, { viewId: null, name: name.value, filter, shared: false });
      desk.announcement.value = t("The view {name} was saved", { name: view.name });
      await untilListed(project, view.view_id);
      overlay.value = null;
      go(listHref(savedName(project.id, view.view_id)));
    });
  };
  return (
    <form class="save-view" onSubmit={submit}>
      <input
        aria-label={t("Name of the view")}
        placeholder={t("Name of the view")}
        ref={field}
        maxLength={NAME_LENGTH}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="button button-small button-strong" disabled={isBusy || name.value.trim() === ""}>
        {t("Save")}
      </button>
      <button type="button" class="button button-small" onClick={cancel}>
        {t("Cancel")}
      </button>
      {problem && <Problem problem={problem} />}
    </form>
  );
}
