/** The views of the team, each with the number of its tickets; on a narrow screen they are a row above the list. */
import { desk } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { BUILT_IN, type ListName, listHref, savedName } from "../../stores/route.ts";
import { filterOf } from "../../stores/tickets/lists/list_filter.ts";
import { viewsOf } from "../../stores/tickets/views.ts";
import { useCurrentInSight } from "../../ui/hooks/use_current_in_sight.ts";
import { Pencil, Plus } from "../../ui/icons.tsx";
import { lazyPart } from "../../ui/lazy.tsx";
import { editing, saveAsView, showSavedViews } from "./view_editing.ts";
import { VIEW_NAMES } from "./view_names.ts";

const ViewsDialog = lazyPart(async () => (await import("./views_part.ts")).ViewsDialog);

export function ViewBar() {
  const staffed = desk.staffed.value;
  const row = useCurrentInSight(desk.listed.value);
  if (staffed.length === 0) return null;
  const isAsked = desk.isUsed.value || desk.listed.value !== "inbox";
  const all = isAsked ? staffed.map((project) => ({ project, views: viewsOf(project) })) : [];
  const count = (name: string) => {
    const counts = all.map(({ views }) => views.counts.value.get(name));
    return counts.includes(undefined) || counts.length === 0
      ? null
      : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  };
  return (
    <nav ref={row} class="views" aria-label={t("Views")}>
      <ul>
        {(["inbox", ...BUILT_IN] as const).map((name) => (
          <Entry key={name} name={name} words={VIEW_NAMES[name]} count={count(name)} />
        ))}
      </ul>
      {staffed.map((project) => (
        <SavedViews key={project.id} project={project} isAsked={isAsked} />
      ))}
      {editing.value !== null && <ViewsDialog />}
    </nav>
  );
}

function SavedViews({ project, isAsked }: { project: Project; isAsked: boolean }) {
  const saved = isAsked ? viewsOf(project).saved.value : [];
  const words = desk.hasSeveral ? t("Saved views of {project}", { project: project.name }) : t("Saved views");
  const save = () => {
    const views = saved.map(({ view }) => view);
    const filter = filterOf(desk.listed.value, views, (view) => savedName(project.id, view.view_id));
    saveAsView(project, filter);
  };
  return (
    <>
      <div class="views-head">
        <h2 class="views-title">{words}</h2>
        {saved.length > 0 && (
          <button
            type="button"
            class="views-button"
            title={t("Edit saved views")}
            onClick={() => showSavedViews(project)}
          >
            <Pencil />
            <span class="unseen">{t("Edit saved views")}</span>
          </button>
        )}
        <button type="button" class="views-button" title={t("Save this list as a view")} onClick={save}>
          <Plus />
          <span class="unseen">{t("Save this list as a view")}</span>
        </button>
      </div>
      {saved.length > 0 && (
        <ul>
          {saved.map(({ view, count, or_more: orMore }) => (
            <Entry
              key={view.view_id}
              name={savedName(project.id, view.view_id)}
              words={view.name}
              count={count}
              orMore={orMore}
            />
          ))}
        </ul>
      )}
    </>
  );
}

type EntryProps = { name: ListName; words: string; count: number | null; orMore?: boolean };

function Entry({ name, words, count, orMore = false }: EntryProps) {
  // Elsewhere, such as in the stats, the bar leads back to the list, and no view is the one in sight.
  const { view } = desk.route.value;
  const isCurrent = (view === "inbox" || view === "thread") && desk.listed.value === name;
  return (
    <li>
      <a class="view" href={listHref(name)} aria-current={isCurrent ? "true" : undefined}>
        <bdi class="view-name">{words}</bdi>
        <span class="view-count">
          {count !== null && count > 0 && (
            <>
              <span aria-hidden="true">
                {count}
                {orMore && "+"}
              </span>
              <span class="unseen">{tn("{count} ticket", "{count} tickets", count)}</span>
            </>
          )}
        </span>
      </a>
    </li>
  );
}
