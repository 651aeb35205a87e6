/** The saved views in a dialog: the list, in which they are moved, and the form of one. */
import type { SavedCount } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { mayEdit, moveView } from "../../stores/tickets/lists/saved_view_edits.ts";
import { viewsOf } from "../../stores/tickets/views.ts";
import { useChanges } from "../../ui/hooks/use_changes.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Close, Down, Pencil, Plus, Up } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { editing, saveAsView } from "./view_editing.ts";
import { ViewForm } from "./view_form.tsx";

export function ViewsDialog() {
  const modal = useModal(() => {
    editing.value = null;
  });
  const open = editing.value;
  if (open === null) return null;
  const { project, fields } = open;
  return (
    <dialog {...modal.dialog} class="views-dialog" aria-labelledby="views-dialog-title">
      <div class="views-dialog-head">
        <h2 id="views-dialog-title">{titleOf(fields)}</h2>
        <button type="button" class="button button-icon" title={t("Close")} onClick={modal.close}>
          <Close />
          <span class="unseen">{t("Close")}</span>
        </button>
      </div>
      {fields === null ? (
        <SavedViewList project={project} />
      ) : (
        <ViewForm key={fields.viewId} project={project} fields={fields} close={modal.close} />
      )}
    </dialog>
  );
}

function titleOf(fields: { viewId: number | null } | null): string {
  if (fields === null) return t("Saved views");
  return fields.viewId === null ? t("New view") : t("Edit view");
}

function SavedViewList({ project }: { project: Project }) {
  const views = viewsOf(project);
  const saved = views.saved.value;
  const { problem, make } = useChanges(t("Saved views"));
  return (
    <>
      {problem && <Problem problem={problem} />}
      {saved.length === 0 && <p class="views-hint">{t("There are no saved views yet.")}</p>}
      <ol class="saved-views">
        {saved.map((entry, index) => (
          <SavedViewEntry
            key={entry.view.view_id}
            project={project}
            entry={entry}
            isFirst={index === 0}
            isLast={index === saved.length - 1}
            move={(by) => make(() => moveView(project, views, entry.view.view_id, by))}
          />
        ))}
      </ol>
      <p class="views-hint">{t("The order is your own; shared views are in it too.")}</p>
      <button type="button" class="button button-strong" onClick={() => saveAsView(project, "")}>
        <Plus /> {t("New view")}
      </button>
    </>
  );
}

type EntryProps = {
  project: Project;
  entry: SavedCount;
  isFirst: boolean;
  isLast: boolean;
  move: (by: 1 | -1) => void;
};

function SavedViewEntry({ project, entry, isFirst, isLast, move }: EntryProps) {
  const { view, count, or_more: orMore } = entry;
  const { view_id: viewId, name, filter, shared } = view;
  return (
    <li class="saved-view">
      <span class="saved-view-text">
        <bdi class="saved-view-name">{name}</bdi>
        <span class="saved-view-filter">
          <code dir="ltr">{filter === "" ? t("every ticket") : filter}</code>
          {" · "}
          {orMore ? t("more than {count} tickets", { count }) : tn("{count} ticket", "{count} tickets", count)}
          {shared && ` · ${t("shared with the team")}`}
        </span>
      </span>
      {/* A button that is switched off would lose the focus: it says so, and does nothing. */}
      <MoveButton words={t("Move {name} up", { name })} isOff={isFirst} move={() => move(-1)} isUp />
      <MoveButton words={t("Move {name} down", { name })} isOff={isLast} move={() => move(1)} />
      {mayEdit(view, project) && (
        <button
          type="button"
          class="button button-icon"
          title={t("Edit {name}", { name })}
          onClick={() => {
            editing.value = { project, fields: { viewId, name, filter, shared } };
          }}
        >
          <Pencil />
          <span class="unseen">{t("Edit {name}", { name })}</span>
        </button>
      )}
    </li>
  );
}

type MoveButtonProps = { words: string; isOff: boolean; isUp?: boolean; move: () => void };

function MoveButton({ words, isOff, isUp = false, move }: MoveButtonProps) {
  return (
    <button
      type="button"
      class="button button-icon"
      title={words}
      aria-disabled={isOff}
      onClick={() => {
        if (!isOff) move();
      }}
    >
      {isUp ? <Up /> : <Down />}
      <span class="unseen">{words}</span>
    </button>
  );
}
