/** How soon the first answer is promised, and when the desk is open: targets count these hours alone. */
import { t } from "../../../i18n/translate.ts";
import { PRIORITY_WORDS } from "../../../i18n/words.ts";
import { type Form, faultOf } from "../../../stores/settings/form.ts";
import { formatTargets, formatWeek, type Target, UNITS, type Unit } from "../../../stores/settings/hours.ts";
import { settingsOf } from "../../../stores/settings/project_settings.ts";
import { MOST_URGENT_FIRST } from "../../../stores/tickets/priorities.ts";
import { zoneOptions } from "../../../ui/zone_options.ts";
import { ChoiceField, Fault } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page, Section } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { type SettingsFormProps, WithSettings } from "../parts/project_form.tsx";
import { UNIT_OPTIONS } from "../parts/unit_options.ts";
import { useForm } from "../parts/use_form.ts";
import { Holidays } from "./holidays.tsx";
import { type HoursValues, valuesOf } from "./hours_values.ts";
import { WeekField } from "./week_field.tsx";

const FIELDS = ["first_response_minutes", "open_hours", "time_zone", "holidays"];

export function HoursPage({ project }: PageProps) {
  return (
    <Page
      title={t("Targets and hours")}
      lead={t("How soon customers get a first answer. A change counts for tickets from now on.")}
    >
      <WithSettings project={project} form={HoursForm} />
    </Page>
  );
}

function HoursForm({ project, settings }: SettingsFormProps) {
  const form = useForm<HoursValues>(project, "hours", valuesOf(settings));
  const send = async ({ targets, week, ...changes }: Partial<HoursValues>) =>
    valuesOf(
      await settingsOf(project).save({
        ...changes,
        ...(targets && { first_response_minutes: formatTargets(targets) }),
        ...(week && { open_hours: formatWeek(week) }),
      }),
    );
  return (
    <FormFrame form={form} send={send} fields={FIELDS}>
      <Section title={t("First answer within")} lead={t("Leave a field empty to promise nothing.")}>
        <Targets form={form} />
      </Section>
      <Section title={t("Business hours")} lead={t("A desk without any hours is always open.")}>
        <WeekField form={form} />
        <ChoiceField
          form={form}
          name="time_zone"
          label={t("Time zone of the hours")}
          options={zoneOptions(settings.time_zone ?? "")}
        />
      </Section>
      <Section title={t("Holidays")} lead={t("Days on which the desk is closed.")}>
        <Holidays form={form} />
      </Section>
    </FormFrame>
  );
}

function Targets({ form }: { form: Form<HoursValues> }) {
  const { targets } = form.values.value;
  return (
    <div class="promises">
      {MOST_URGENT_FIRST.map((priority) => (
        <TargetRow
          key={priority}
          words={PRIORITY_WORDS[priority]}
          target={targets[priority]}
          fault={faultOf(form.problem.value, `first_response_minutes.${priority}`, UNITS[targets[priority].unit])}
          set={(target) => form.set("targets", { ...targets, [priority]: target })}
        />
      ))}
    </div>
  );
}

type TargetRowProps = { words: string; target: Target; fault: string | null; set: (target: Target) => void };

function TargetRow({ words, target, fault, set }: TargetRowProps) {
  return (
    <fieldset class="promise">
      <legend class="label">{words}</legend>
      <input
        aria-label={t("How many")}
        aria-invalid={fault === null ? undefined : true}
        inputMode="decimal"
        autocomplete="off"
        placeholder={t("none")}
        value={target.count}
        onInput={(event) => set({ ...target, count: event.currentTarget.value })}
      />
      <select
        aria-label={t("Unit")}
        value={target.unit}
        onChange={(event) => set({ ...target, unit: event.currentTarget.value as Unit })}
      >
        {UNIT_OPTIONS.map(([unit, unitWords]) => (
          <option key={unit} value={unit}>
            {unitWords}
          </option>
        ))}
      </select>
      <Fault fault={fault} />
    </fieldset>
  );
}
