/** What the project is called, where its page is, the language of its letters, what customers are shown of the team's work, who becomes a customer, and files. */
import type { Project as Settings } from "../../../api/wire.ts";
import { LANGUAGES } from "../../../i18n/languages.ts";
import { t } from "../../../i18n/translate.ts";
import { numberOf, timesOf } from "../../../stores/settings/numbers.ts";
import { settingsOf } from "../../../stores/settings/project_settings.ts";
import { ChoiceField, SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { type SettingsFormProps, WithSettings } from "../parts/project_form.tsx";
import { useForm } from "../parts/use_form.ts";

const MIB = 1024 * 1024;
const FIELDS = ["name", "page_address", "language", "attachment_bytes", "attachments_per_message"];

export function ProjectPage({ project }: PageProps) {
  return (
    <Page title={t("Project")} lead={t("For everybody who uses this desk.")}>
      <WithSettings project={project} form={ProjectForm} />
    </Page>
  );
}

function valuesOf(settings: Settings) {
  return {
    name: settings.name,
    page_address: settings.page_address ?? "",
    language: settings.language,
    share_tags: settings.share_tags,
    share_assignee: settings.share_assignee,
    mail_newcomers: settings.mail_newcomers ?? false,
    enrol_newcomers: settings.enrol_newcomers ?? false,
    file_mib: String(Math.round((settings.attachment_bytes / MIB) * 100) / 100),
    files: String(settings.attachments_per_message),
  };
}

type Values = ReturnType<typeof valuesOf>;

function ProjectForm({ project, settings }: SettingsFormProps) {
  const form = useForm<Values>(project, "project", valuesOf(settings));
  const send = async ({ file_mib: mib, files, ...changes }: Partial<Values>) =>
    valuesOf(
      await settingsOf(project).save({
        ...changes,
        ...(mib !== undefined && { attachment_bytes: timesOf(mib, MIB) }),
        ...(files !== undefined && { attachments_per_message: numberOf(files) }),
      }),
    );
  return (
    <FormFrame form={form} send={send} fields={FIELDS}>
      <TextField
        form={form}
        name="name"
        label={t("Name of the project")}
        hint={t("At the head of its pages, and in letters.")}
        input={{ maxLength: 100 }}
      />
      <TextField
        form={form}
        name="page_address"
        label={t("Address of this page")}
        hint={t("Such as https://help.example.org/: for links in letters, for invitations, and for passkeys.")}
        input={{ type: "url", maxLength: 500 }}
      />
      <ChoiceField
        form={form}
        name="language"
        label={t("Language of letters")}
        hint={t("To everybody who has chosen no language under Profile.")}
        options={LANGUAGES.map(({ code, name }) => [code, name] as const)}
      />
      <SwitchField
        form={form}
        name="share_tags"
        label={t("Customers see the tags of their tickets")}
        hint={t("Those of now, and those that come.")}
      />
      <SwitchField form={form} name="share_assignee" label={t("Customers see who of the team has their ticket")} />
      <SwitchField
        form={form}
        name="mail_newcomers"
        label={t("A mail from an unknown address becomes a ticket")}
        hint={t("Its sender becomes a customer. Else such mails wait in the quarantine.")}
      />
      <SwitchField
        form={form}
        name="enrol_newcomers"
        label={t("Who comes in through the server in front becomes a customer by themselves")}
        hint={t("It counts where a server in front of this page says who its visitors are.")}
      />
      <div class="settings-row">
        <TextField
          form={form}
          name="file_mib"
          param="attachment_bytes"
          factor={MIB}
          label={t("The largest file, in MiB")}
          input={{ inputMode: "decimal" }}
        />
        <TextField
          form={form}
          name="files"
          param="attachments_per_message"
          label={t("Files of one message, at most")}
          input={{ inputMode: "numeric" }}
        />
      </div>
    </FormFrame>
  );
}
