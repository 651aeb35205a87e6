/** The tags: how many tickets have each, its name, which may be another tag's, and its colour. */
import { useSignal } from "@preact/signals";
import type { TagColour, TagCount } from "../../../api/wire.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsOf } from "../../../stores/settings/project_settings.ts";
import { tagAdministrationOf } from "../../../stores/settings/tag_list.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { TagChip } from "../../../ui/tag_chip.tsx";
import { Field } from "../parts/fields.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";

const TAG_LENGTH = 50;
const COLOURS: Array<[TagColour | "", string]> = [
  ["", t("No colour")],
  ["red", t("Red")],
  ["orange", t("Orange")],
  ["yellow", t("Yellow")],
  ["green", t("Green")],
  ["teal", t("Teal")],
  ["blue", t("Blue")],
  ["purple", t("Purple")],
  ["pink", t("Pink")],
];

export function TagsPage({ project }: PageProps) {
  const tags = tagAdministrationOf(project);
  const list = tags.list.value;
  const load = async () => {
    await Promise.all([tags.load(), settingsOf(project).load()]);
  };
  return (
    <Page title={t("Tags")} lead={t("A tag is there as soon as a ticket has it, and gone with the last one.")}>
      <Loaded load={load} on={[tags]} isThere={list !== null}>
        {() => <Listed project={project} list={list ?? []} />}
      </Loaded>
    </Page>
  );
}

function Listed({ project, list }: { project: Project; list: TagCount[] }) {
  const words = useSignal("");
  const renamed = useSignal("");
  if (list.length === 0) return <p class="settings-none">{t("No ticket has a tag yet.")}</p>;
  const shown = list.filter(({ tag }) => tag.includes(words.value.trim().toLowerCase()));
  return (
    <>
      <div class="settings-tools">
        <input
          type="search"
          aria-label={t("Find a tag")}
          placeholder={t("Find a tag")}
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
      </div>
      <p class="settings-state" role="status">
        {renamed.value}
      </p>
      <ul class="settings-list" aria-label={tn("{count} tag", "{count} tags", shown.length)}>
        {shown.map((tag) => (
          <Tag
            key={tag.tag}
            project={project}
            tag={tag}
            say={(words) => {
              renamed.value = words;
            }}
          />
        ))}
      </ul>
    </>
  );
}

type TagProps = { project: Project; tag: TagCount; say: (words: string) => void };

function Tag({ project, tag, say }: TagProps) {
  const isOpen = useSignal(false);
  const { problem, run } = useAction();
  const setColour = (colour: string) =>
    void run(() => tagAdministrationOf(project).setColour(tag.tag, colour === "" ? null : (colour as TagColour)));
  return (
    <li class="settings-entry entry-plain">
      <span class="entry-words">
        <TagChip project={project} tag={tag.tag} />
        <span class="entry-detail">
          {tn("{count} ticket", "{count} tickets", tag.tickets)} ·{" "}
          {tn("{count} not done", "{count} not done", tag.active)}
        </span>
      </span>
      <select
        class="tag-colour"
        aria-label={t("Colour of {tag}", { tag: tag.tag })}
        value={settingsOf(project).colourOf(tag.tag) ?? ""}
        onChange={(event) => setColour(event.currentTarget.value)}
      >
        {COLOURS.map(([colour, name]) => (
          <option key={colour} value={colour}>
            {name}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="button button-small"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {t("Rename")}
        <span class="unseen"> {tag.tag}</span>
      </button>
      {problem && <Problem problem={problem} />}
      {isOpen.value && <Rename project={project} tag={tag} say={say} close={() => (isOpen.value = false)} />}
    </li>
  );
}

/** A new name; where it is another tag's, the two become one, which is said before. */
function Rename({ project, tag, say, close }: TagProps & { close: () => void }) {
  const name = useSignal(tag.tag);
  const { isBusy, problem, run } = useAction();
  const tags = tagAdministrationOf(project);
  const into = name.value.trim().toLowerCase();
  const isSame = into === tag.tag || into === "";
  const others = isSame ? 0 : tags.countOf(into);
  const rename = () =>
    run(async () => {
      const count = await tags.rename(tag.tag, into);
      say(tn("{count} ticket has the tag {tag} now.", "{count} tickets have the tag {tag} now.", count, { tag: into }));
      close();
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isSame) void rename();
  };
  return (
    <form class="question" onSubmit={submit}>
      <Field label={t("New name of {tag}", { tag: tag.tag })}>
        {(aria) => (
          <input
            {...aria}
            dir="auto"
            autocomplete="off"
            maxLength={TAG_LENGTH}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <p class="hint" role="status">
        {effect(tag, into, isSame, others)}
      </p>
      {problem && <Problem problem={problem} />}
      <div class="form-end">
        <button type="submit" class="button button-strong" disabled={isBusy || isSame}>
          {isBusy ? t("Working…") : others > 0 ? t("Merge them") : t("Rename it")}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={close}>
          {t("Cancel")}
        </button>
      </div>
    </form>
  );
}

function effect(tag: TagCount, into: string, isSame: boolean, others: number): string {
  if (isSame) return t("Type another name. That of another tag makes one of the two.");
  if (others === 0) return tn("{count} ticket changes.", "{count} tickets change.", tag.tickets);
  return tn(
    "{count} ticket gets the tag {into}, which {others} have already: the two are one then.",
    "{count} tickets get the tag {into}, which {others} have already: the two are one then.",
    tag.tickets,
    { into, others },
  );
}
