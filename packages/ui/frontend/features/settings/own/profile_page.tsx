/** What users set of themselves: how they are called, their language and time zone, and as agents a signature. */
import type { User } from "../../../api/wire.ts";
import { LANGUAGES, setLanguage } from "../../../i18n/languages.ts";
import { t, tx } from "../../../i18n/translate.ts";
import { ownAccountOf } from "../../../stores/access/own_account.ts";
import type { Project } from "../../../stores/project.ts";
import { ownZone } from "../../../stores/stats/zones.ts";
import { zoneOptions } from "../../../ui/zone_options.ts";
import { ChoiceField, SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page } from "../parts/page.tsx";
import { useForm } from "../parts/use_form.ts";

const NAME_LENGTH = 100;
const SIGNATURE_LENGTH = 1_000;

export function ProfilePage({ project }: { project: Project }) {
  const me = project.session.me.value;
  if (me === null) return null;
  return (
    <Page title={t("Profile")} lead={t("How others see you, and how this desk speaks to you.")}>
      <ProfileForm project={project} me={me} />
    </Page>
  );
}

function valuesOf(me: User) {
  return {
    name: me.name,
    language: me.language ?? "",
    time_zone: me.time_zone ?? "",
    signature: me.signature ?? "",
    shows_presence: me.shows_presence,
  };
}

type Profile = ReturnType<typeof valuesOf>;

function ProfileForm({ project, me }: { project: Project; me: User }) {
  const form = useForm<Profile>(project, "profile", valuesOf(me));
  const send = async (changes: Partial<Profile>) => {
    const saved = valuesOf(await ownAccountOf(project).update(changes));
    if (changes.language !== undefined) setLanguage(changes.language);
    return saved;
  };
  return (
    <FormFrame form={form} send={send} fields={["name", "language", "time_zone", "signature"]}>
      <TextField
        form={form}
        name="name"
        label={t("Name")}
        hint={t("Customers and colleagues see it with what you write.")}
        input={{ maxLength: NAME_LENGTH }}
      />
      {me.email && <p class="settings-fact">{tx("E-mail address: {email}", { email: <bdi>{me.email}</bdi> })}</p>}
      <ChoiceField
        form={form}
        name="language"
        label={t("Language")}
        hint={t("Of this page, and of the letters that you get.")}
        options={languages(me.language)}
      />
      <ChoiceField
        form={form}
        name="time_zone"
        label={t("Time zone")}
        hint={t("In which your days begin, for filters and figures.")}
        options={zones(me.time_zone)}
      />
      {project.session.isStaff.value && <AgentFields form={form} />}
    </FormFrame>
  );
}

function AgentFields({ form }: { form: ReturnType<typeof useForm<Profile>> }) {
  return (
    <>
      <TextField
        form={form}
        name="signature"
        label={t("Signature")}
        hint={t("Canned replies and macros write it where they have {{agent.signature}}.")}
        rows={4}
        input={{ maxLength: SIGNATURE_LENGTH }}
      />
      <SwitchField
        form={form}
        name="shows_presence"
        label={t("Others see at which ticket I am")}
        hint={t("Customers see it too, at their own tickets.")}
      />
    </>
  );
}

function languages(known: string | null): Array<[string, string]> {
  const own: Array<[string, string]> = LANGUAGES.map(({ code, name }) => [code, name]);
  const isListed = known === null || own.some(([code]) => code === known);
  return [["", t("As the browser asks for")], ...own, ...(isListed ? [] : [[known, known] as [string, string]])];
}

function zones(known: string | null): Array<[string, string]> {
  return [["", t("None: as the browser has it ({zone})", { zone: ownZone() })], ...zoneOptions(known ?? "")];
}
