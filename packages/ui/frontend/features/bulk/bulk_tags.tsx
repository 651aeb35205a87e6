/** Adds a tag to the selected tickets, or removes one: completed from those of the project. */
import { useSignal } from "@preact/signals";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { tagsOf } from "../../stores/tickets/tags.ts";
import type { SetFields } from "./bulk_choice.tsx";

const LIST = "bulk-tags";
const TAG_LENGTH = 50;

export function BulkTags({ project, set }: { project: Project | null; set: SetFields }) {
  const typed = useSignal("");
  const tag = typed.value.trim();
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    if (tag === "") return;
    typed.value = "";
    set({ add_tags: [tag] }, t("Add the tag {tag}", { tag }));
  };
  const remove = () => {
    typed.value = "";
    set({ remove_tags: [tag] }, t("Remove the tag {tag}", { tag }));
  };
  return (
    <form class="bulk-field bulk-tags" onSubmit={add}>
      <input
        list={LIST}
        aria-label={t("Tags")}
        placeholder={t("Tags")}
        autocomplete="off"
        maxLength={TAG_LENGTH}
        data-key="tags"
        value={typed.value}
        onFocus={() => project !== null && void tagsOf(project).refresh()}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <datalist id={LIST}>
        {project !== null && tagsOf(project).names.value.map((name) => <option key={name} value={name} />)}
      </datalist>
      {tag !== "" && (
        <>
          <button type="submit" class="button button-small">
            {t("Add")}
          </button>
          <button type="button" class="button button-small" onClick={remove}>
            {t("Remove")}
          </button>
        </>
      )}
    </form>
  );
}
