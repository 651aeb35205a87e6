/** The tags of a ticket: removed by a click, added by typing, completed from those of the project. */
import { useSignal } from "@preact/signals";
import type { TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { tagsOf } from "../../stores/tickets/tags.ts";
import { RemovableChip } from "../../ui/removable_chip.tsx";
import { tagClass } from "../../ui/tag_chip.tsx";
import type { Apply } from "./panel_field.tsx";

const LIST = "known-tags";
const TAG_LENGTH = 50;

export function TicketTags({ project, ticket, set }: { project: Project; ticket: TicketSummary; set: Apply }) {
  return (
    <div class="panel-field panel-tags">
      <span class="panel-label" id="panel-tags">
        {t("Tags")}
      </span>
      {ticket.tags.length > 0 && (
        <ul class="panel-tag-list" aria-labelledby="panel-tags">
          {ticket.tags.map((tag) => (
            <RemovableChip
              key={tag}
              class={tagClass(project, tag)}
              words={tag}
              label={t("Remove the tag {tag}", { tag })}
              remove={() => set({ remove_tags: [tag] })}
            />
          ))}
        </ul>
      )}
      <NewTag project={project} ticket={ticket} set={set} />
    </div>
  );
}

function NewTag({ project, ticket, set }: { project: Project; ticket: TicketSummary; set: Apply }) {
  const typed = useSignal("");
  const tags = tagsOf(project);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const tag = typed.value.trim();
    if (tag === "") return;
    typed.value = "";
    if (!ticket.tags.includes(tag)) set({ add_tags: [tag] });
  };
  return (
    <form onSubmit={submit}>
      <input
        list={LIST}
        aria-label={t("Add a tag")}
        placeholder={t("Add a tag")}
        autocomplete="off"
        maxLength={TAG_LENGTH}
        value={typed.value}
        data-key="tags"
        onFocus={() => void tags.refresh()}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <datalist id={LIST}>
        {tags.names.value
          .filter((tag) => !ticket.tags.includes(tag))
          .map((tag) => (
            <option key={tag} value={tag} />
          ))}
      </datalist>
    </form>
  );
}
