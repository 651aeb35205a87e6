/** The saved views: their names, their filters, and which ones the team shares. */
import type { SavedView } from "../../../api/wire.ts";
import { go } from "../../../app.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { teamTextsOf } from "../../../stores/settings/team_texts.ts";
import { CollectionPage } from "../parts/collection_page.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { NamedList, NEW_ITEM } from "../parts/named_list.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { useForm } from "../parts/use_form.ts";

const NAME_LENGTH = 300;
const FILTER_LENGTH = 1_000;
const LIST = settingsHref("views");

export function ViewsPage({ project, item }: PageProps) {
  return (
    <CollectionPage
      page="views"
      item={item}
      collection={teamTextsOf(project).views}
      title={t("Saved views")}
      lead={t("Filters under a name, next to the views that every agent has.")}
      newTitle={t("New saved view")}
      titleOf={(view) => view?.name ?? t("Saved view")}
      gone={t("This view is gone.")}
      rows={(views) => <Listed views={views} />}
      one={(view) => <OneView key={item} project={project} view={view} />}
    />
  );
}

function Listed({ views }: { views: SavedView[] }) {
  return (
    <NamedList
      page="views"
      label={tn("{count} saved view", "{count} saved views", views.length)}
      newLabel={t("New saved view")}
      none={t("There are none yet.")}
      rows={views.map((view) => ({
        id: view.view_id,
        name: view.name,
        detail: view.filter === "" ? t("Every ticket") : view.filter,
        isShared: view.shared,
      }))}
    />
  );
}

/** Admins alone share, and change what is shared. */
function OneView({ project, view }: { project: Project; view: SavedView | null }) {
  const isAdmin = project.session.me.value?.role === "admin";
  if (view?.shared && !isAdmin) {
    return (
      <p class="settings-none">
        {t("The team shares this view; admins change it.")} <code dir="ltr">{view.filter}</code>
      </p>
    );
  }
  return (
    <>
      <Editor project={project} view={view} isAdmin={isAdmin} />
      {view !== null && <Delete project={project} view={view} />}
    </>
  );
}

function valuesOf(view: SavedView | null) {
  return { name: view?.name ?? "", filter: view?.filter ?? "", shared: view?.shared ?? false };
}

type EditorProps = { project: Project; view: SavedView | null; isAdmin: boolean };

function Editor({ project, view, isAdmin }: EditorProps) {
  const texts = teamTextsOf(project);
  const form = useForm(project, `view/${view?.view_id ?? NEW_ITEM}`, valuesOf(view));
  const send = async (_: unknown, values: ReturnType<typeof valuesOf>) =>
    valuesOf(await texts.saveView({ ...values, ...(view && { view_id: view.view_id }) }));
  const onSaved = () => {
    if (view !== null) return;
    form.take(valuesOf(null));
    go(LIST);
  };
  return (
    <FormFrame form={form} send={send} onSaved={onSaved} fields={["name", "filter"]}>
      <TextField form={form} name="name" label={t("Name")} input={{ maxLength: NAME_LENGTH }} />
      <TextField
        form={form}
        name="filter"
        label={t("Filter")}
        hint={t("Such as: status:open tag:vpn -assignee:me. All of it has to fit a ticket.")}
        input={{ maxLength: FILTER_LENGTH, spellcheck: false }}
      />
      {isAdmin && (
        <SwitchField
          form={form}
          name="shared"
          label={t("For the whole team")}
          hint={t("Every agent sees it next to the other views.")}
        />
      )}
    </FormFrame>
  );
}

function Delete({ project, view }: { project: Project; view: SavedView }) {
  return (
    <Confirmed
      label={t("Delete")}
      says={
        view.shared
          ? t("The view is gone for the whole team. Its tickets stay as they are.")
          : t("The view is gone then. Its tickets stay as they are.")
      }
      verb={t("Delete this view")}
      run={async () => {
        await teamTextsOf(project).deleteView(view.view_id);
        go(LIST);
      }}
    />
  );
}
