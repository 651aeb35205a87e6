/** The macros: a list, and an editor for one. */
import type { Macro } from "../../../api/wire.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { teamTextsOf } from "../../../stores/settings/team_texts.ts";
import { CollectionPage } from "../parts/collection_page.tsx";
import { NamedList } from "../parts/named_list.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { MacroEditor } from "./macro_editor.tsx";
import { sentencesOf } from "./macro_sentences.ts";

export function MacrosPage({ project, item }: PageProps) {
  return (
    <CollectionPage
      page="macros"
      item={item}
      collection={teamTextsOf(project).macros}
      title={t("Macros")}
      lead={t("Several changes of a ticket in one step. Press Ctrl and M at a ticket to run one.")}
      newTitle={t("New macro")}
      titleOf={(macro) => macro?.name ?? t("Macro")}
      gone={t("This macro is gone.")}
      rows={(macros) => <Listed project={project} macros={macros} />}
      one={(macro) => <MacroEditor key={item} project={project} macro={macro} />}
    />
  );
}

function Listed({ project, macros }: { project: Project; macros: Macro[] }) {
  return (
    <NamedList
      page="macros"
      label={tn("{count} macro", "{count} macros", macros.length)}
      newLabel={t("New macro")}
      none={t("There are none yet. What you do to many tickets alike becomes one step.")}
      rows={macros.map((macro) => ({
        id: macro.macro_id,
        name: macro.name,
        detail: sentencesOf(project, macro).join(" · "),
        isShared: macro.owner === null,
      }))}
    />
  );
}
