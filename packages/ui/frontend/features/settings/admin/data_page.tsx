/** How often backups are made by themselves, those that there are, and where exports are made. */
import type { Project as Settings } from "../../../api/wire.ts";
import { t } from "../../../i18n/translate.ts";
import { numberOf } from "../../../stores/settings/numbers.ts";
import { settingsOf } from "../../../stores/settings/project_settings.ts";
import { TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page, Section } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { type SettingsFormProps, WithSettings } from "../parts/project_form.tsx";
import { useForm } from "../parts/use_form.ts";
import { KeptBackups } from "./kept_backups.tsx";

export function DataPage({ project }: PageProps) {
  return (
    <Page
      title={t("Backups")}
      lead={t("Files with everything, on the machine of this desk, checked after they are written.")}
    >
      <WithSettings project={project} form={BackupForm} />
      <Section title={t("Those that are kept")}>
        <KeptBackups project={project} />
      </Section>
      <Section title={t("Exports and restoring")}>
        <p class="hint">
          {t(
            "No whole copy of a desk is sent through a page, and none is restored by one. The person who runs it does so on its machine:",
          )}
        </p>
        <p>
          <code dir="ltr">{"hero_assistance export FOLDER"}</code> ·{" "}
          <code dir="ltr">{"hero_assistance restore FILE"}</code>
        </p>
      </Section>
    </Page>
  );
}

function valuesOf(settings: Settings) {
  return { backup_hours: String(settings.backup_hours ?? 0), backups_kept: String(settings.backups_kept ?? 1) };
}

function BackupForm({ project, settings }: SettingsFormProps) {
  const form = useForm(project, "backups", valuesOf(settings));
  const send = async (changes: Partial<ReturnType<typeof valuesOf>>) => {
    const numbers = Object.entries(changes).map(([name, text]) => [name, numberOf(text)]);
    return valuesOf(await settingsOf(project).save(Object.fromEntries(numbers)));
  };
  return (
    <FormFrame form={form} send={send} fields={["backup_hours", "backups_kept"]}>
      <div class="settings-row">
        <TextField
          form={form}
          name="backup_hours"
          label={t("Hours between two backups")}
          hint={t("0: none are made by themselves.")}
          input={{ inputMode: "numeric" }}
        />
        <TextField form={form} name="backups_kept" label={t("How many are kept")} input={{ inputMode: "numeric" }} />
      </div>
      <p class="hint">
        {t(
          "A page can only ask for more: fewer backups, or rarer ones, are set by the person who runs the desk, on its machine.",
        )}
      </p>
    </FormFrame>
  );
}
