/** Of what users are told: by letters, by the desktop, and by a sound. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { NotificationSettings } from "../../../api/wire.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { type Form, faultOf } from "../../../stores/settings/form.ts";
import { splitTags } from "../../../stores/settings/macro_form.ts";
import { ownZone } from "../../../stores/stats/zones.ts";
import { zoneOptions } from "../../../ui/zone_options.ts";
import { ChoiceField, Field, SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Loaded, Page, Section } from "../parts/page.tsx";
import { useForm } from "../parts/use_form.ts";
import { BrowserNews } from "./browser_news.tsx";

export function NotificationsPage({ project }: { project: Project }) {
  const settings = useSignal<NotificationSettings | null>(null);
  const load = async () => {
    settings.value = await project.call("notification.settings", {});
  };
  return (
    <Page title={t("Notifications")} lead={t("Of what you are told, and how. Your own doing is never news.")}>
      <BrowserNews isStaff={project.session.isStaff.value} />
      <Section title={t("Letters")}>
        <Loaded load={load} on={[project]} isThere={settings.value !== null}>
          {() => settings.value && <Letters project={project} settings={settings.value} />}
        </Loaded>
      </Section>
    </Page>
  );
}

function valuesOf(settings: NotificationSettings) {
  return {
    replies: settings.replies,
    answers: settings.answers,
    assignments: settings.assignments,
    mentions: settings.mentions,
    new_tickets: settings.new_tickets,
    new_ticket_tags: settings.new_ticket_tags.join(", "),
    quiet: settings.quiet_from !== null,
    quiet_from: settings.quiet_from ?? "22:00",
    quiet_until: settings.quiet_until ?? "07:00",
    time_zone: settings.time_zone ?? ownZone(),
  };
}

type Letters = ReturnType<typeof valuesOf>;
const FIELDS = ["new_ticket_tags", "quiet_from", "quiet_until", "time_zone"];
const QUIET = ["quiet", "quiet_from", "quiet_until", "time_zone"] as const;

/** Quiet hours are sent whole or not at all; tags as a list. */
function paramsOf(changes: Partial<Letters>, values: Letters) {
  const { new_ticket_tags: tags, quiet: _q, quiet_from: _f, quiet_until: _u, time_zone: _z, ...flags } = changes;
  const { quiet, quiet_from, quiet_until, time_zone } = values;
  const isQuietChanged = QUIET.some((name) => changes[name] !== undefined);
  const hours = quiet ? { quiet_from, quiet_until, time_zone } : { quiet: false };
  return {
    ...flags,
    ...(tags !== undefined && { new_ticket_tags: splitTags(tags) }),
    ...(isQuietChanged && hours),
  };
}

function Letters({ project, settings }: { project: Project; settings: NotificationSettings }) {
  const form = useForm<Letters>(project, "letters", valuesOf(settings));
  const send = async (changes: Partial<Letters>, values: Letters) =>
    valuesOf(await project.call("notification.configure", paramsOf(changes, values)));
  return (
    <>
      <p class="hint">
        {settings.email === null
          ? t("You have no e-mail address here, so that no letter reaches you. An admin can add one.")
          : t("They go to {address}.", { address: settings.email })}
      </p>
      <FormFrame form={form} send={send} fields={FIELDS} label={t("Letters")}>
        <SwitchField
          form={form}
          name="replies"
          label={t("Replies on my tickets")}
          hint={t("On those that you have filed, or were invited to.")}
        />
        {project.session.isStaff.value && <StaffLetters form={form} />}
        <QuietHours form={form} />
      </FormFrame>
    </>
  );
}

function StaffLetters({ form }: { form: Form<Letters> }) {
  return (
    <>
      <SwitchField form={form} name="answers" label={t("Customers' answers on tickets that I take part in")} />
      <SwitchField form={form} name="assignments" label={t("A ticket is assigned to me")} />
      <SwitchField form={form} name="mentions" label={t("I am mentioned in a note")} />
      <SwitchField form={form} name="new_tickets" label={t("New tickets")} />
      {form.values.value.new_tickets && (
        <TextField
          form={form}
          name="new_ticket_tags"
          label={t("Only new tickets with one of these tags")}
          hint={t("Separated by commas. Leave it empty for every new ticket.")}
        />
      )}
    </>
  );
}

function QuietHours({ form }: { form: Form<Letters> }) {
  const zones = useMemo(() => zoneOptions(), []);
  const { quiet } = form.values.value;
  return (
    <>
      <SwitchField
        form={form}
        name="quiet"
        label={t("Quiet hours")}
        hint={t("Letters of this time are kept, and come when it ends.")}
      />
      {quiet && (
        <div class="settings-row">
          <TimeField form={form} name="quiet_from" label={t("From")} />
          <TimeField form={form} name="quiet_until" label={t("Until")} />
          <ChoiceField form={form} name="time_zone" label={t("Time zone")} options={zones} />
        </div>
      )}
    </>
  );
}

function TimeField({ form, name, label }: { form: Form<Letters>; name: "quiet_from" | "quiet_until"; label: string }) {
  return (
    <Field label={label} fault={faultOf(form.problem.value, name)}>
      {(aria) => (
        <input
          {...aria}
          type="time"
          value={form.values.value[name]}
          onInput={(event) => form.set(name, event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
