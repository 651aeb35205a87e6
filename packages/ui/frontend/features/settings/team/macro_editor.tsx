/** The editor of a macro, with what it will do in sentences. */
import type { Macro, Status } from "../../../api/wire.ts";
import { go } from "../../../app.ts";
import { t } from "../../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../../i18n/words.ts";
import type { Project } from "../../../stores/project.ts";
import type { Form } from "../../../stores/settings/form.ts";
import { UNITS, type Unit } from "../../../stores/settings/hours.ts";
import { assignTo, type MacroValues, macroChanges, macroValues } from "../../../stores/settings/macro_form.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { teamTextsOf } from "../../../stores/settings/team_texts.ts";
import { MOST_URGENT_FIRST } from "../../../stores/tickets/priorities.ts";
import { useTeam } from "../../../ui/hooks/use_team.ts";
import { Confirmed } from "../parts/confirmed.tsx";
import { ChoiceField, SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { NEW_ITEM } from "../parts/named_list.tsx";
import { Placeholders } from "../parts/placeholders.tsx";
import { UNIT_OPTIONS } from "../parts/unit_options.ts";
import { useForm } from "../parts/use_form.ts";
import { sentencesOf } from "./macro_sentences.ts";

const NAME_LENGTH = 300;
const STATUSES: Status[] = ["open", "waiting", "snoozed", "solved", "closed"];
const LIST = settingsHref("macros");
const FIELDS = ["name", "status", "snooze_minutes", "priority", "assignee", "add_tags", "remove_tags", "note", "reply"];

export function MacroEditor({ project, macro }: { project: Project; macro: Macro | null }) {
  const texts = teamTextsOf(project);
  const form = useForm<MacroValues>(project, `macro/${macro?.macro_id ?? NEW_ITEM}`, macroValues(macro));
  const send = async (_: unknown, values: MacroValues) => {
    const own = { name: values.name, shared: values.shared, ...(macro && { macro_id: macro.macro_id }) };
    return macroValues(await texts.saveMacro({ ...own, ...macroChanges(values) }));
  };
  const onSaved = () => {
    if (macro !== null) return;
    form.take(macroValues(null));
    go(LIST);
  };
  return (
    <>
      <FormFrame form={form} send={send} onSaved={onSaved} fields={FIELDS}>
        <TextField form={form} name="name" label={t("Name")} input={{ maxLength: NAME_LENGTH }} />
        <Changes project={project} form={form} />
        <Texts form={form} />
        <SwitchField form={form} name="follow" label={t("I follow the ticket from then on")} />
        <SwitchField
          form={form}
          name="shared"
          label={t("For the whole team")}
          hint={t("Every agent may use and change it.")}
        />
        <Preview project={project} values={form.values.value} />
      </FormFrame>
      {macro !== null && <Delete project={project} macro={macro} />}
    </>
  );
}

function Texts({ form }: { form: Form<MacroValues> }) {
  return (
    <>
      <TextField
        form={form}
        name="reply"
        label={t("Reply to the customer")}
        hint={t("Leave it empty to send none.")}
        rows={5}
      />
      <TextField form={form} name="note" label={t("Internal note")} rows={3} />
      <Placeholders />
    </>
  );
}

function Changes({ project, form }: { project: Project; form: Form<MacroValues> }) {
  const nothing: [string, string] = ["", t("Leave as it is")];
  return (
    <>
      <div class="settings-row">
        <Assignee project={project} form={form} nothing={nothing} />
        <ChoiceField
          form={form}
          name="status"
          label={t("Status")}
          options={[nothing, ...STATUSES.map((status): [string, string] => [status, statusWord(status, true)])]}
        />
        <ChoiceField
          form={form}
          name="priority"
          label={t("Priority")}
          options={[nothing, ...MOST_URGENT_FIRST.map((one): [string, string] => [one, PRIORITY_WORDS[one]])]}
        />
      </div>
      {form.values.value.status === "snoozed" && <SnoozeTime form={form} />}
      <div class="settings-row">
        <TextField form={form} name="add_tags" label={t("Add tags")} hint={t("Separated by commas.")} />
        <TextField form={form} name="remove_tags" label={t("Take off tags")} hint={t("Separated by commas.")} />
      </div>
    </>
  );
}

function SnoozeTime({ form }: { form: Form<MacroValues> }) {
  return (
    <div class="settings-row">
      <TextField
        form={form}
        name="snooze_count"
        param="snooze_minutes"
        factor={UNITS[form.values.value.snooze_unit as Unit]}
        label={t("Snooze for")}
        input={{ inputMode: "decimal" }}
      />
      <ChoiceField form={form} name="snooze_unit" label={t("Unit")} options={UNIT_OPTIONS} />
    </div>
  );
}

type AssigneeProps = { project: Project; form: Form<MacroValues>; nothing: [string, string] };

function Assignee({ project, form, nothing }: AssigneeProps) {
  const team = useTeam(project);
  const chosen = form.values.value.assign;
  const named = team.map((user): [string, string] => [assignTo(user.user_id), user.name]);
  // One who has left, or is beyond the first ones, stays chosen.
  const isListed = !chosen.startsWith(assignTo("")) || named.some(([value]) => value === chosen);
  const rest: Array<[string, string]> = isListed ? [] : [[chosen, chosen.slice(assignTo("").length)]];
  return (
    <ChoiceField
      form={form}
      name="assign"
      param="assignee"
      label={t("Assignee")}
      options={[nothing, ["me", t("Who runs it")], ["nobody", t("Nobody")], ...named, ...rest]}
    />
  );
}

function Preview({ project, values }: { project: Project; values: MacroValues }) {
  const sentences = sentencesOf(project, macroChanges(values));
  return (
    <section class="preview" aria-label={t("What it does")}>
      <h2>{t("What it does")}</h2>
      {sentences.length === 0 ? (
        <p class="hint">{t("Nothing yet.")}</p>
      ) : (
        <ul>
          {sentences.map((sentence) => (
            <li key={sentence} dir="auto">
              {sentence}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Delete({ project, macro }: { project: Project; macro: Macro }) {
  return (
    <Confirmed
      label={t("Delete")}
      says={
        macro.owner === null
          ? t("The whole team loses this macro. Tickets that it was run on stay as they are.")
          : t("The macro is gone then. Tickets that it was run on stay as they are.")
      }
      verb={t("Delete this macro")}
      run={async () => {
        await teamTextsOf(project).deleteMacro(macro.macro_id);
        go(LIST);
      }}
    />
  );
}
