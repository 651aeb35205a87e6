/** An invitation: a user by their address, who is mailed a link. */
import { useSignal } from "@preact/signals";
import type { Role, UserAccess } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t, tx } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { peopleOf } from "../../../stores/settings/people.ts";
import { ChoiceField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page } from "../parts/page.tsx";
import { useForm } from "../parts/use_form.ts";

const NOTHING = { email: "", name: "", role: "agent" };
type Typed = typeof NOTHING;

/** What each role may do, for who chooses one. */
export function roleOptions(): Array<[string, string]> {
  return [
    ["agent", t("Agent: answers tickets, and sees all of them")],
    ["admin", t("Admin: also changes people and settings")],
    ["customer", t("Customer: files tickets, and sees their own")],
  ];
}

export function InvitePage({ project }: { project: Project }) {
  const form = useForm<Typed>(project, "invitation", NOTHING);
  const made = useSignal<UserAccess | null>(null);
  const send = async (_: unknown, { email, name, role }: Typed) => {
    made.value = await peopleOf(project).invite({ email: email.trim(), name: name.trim(), role: role as Role });
    return undefined;
  };
  // The next one is invited with an empty form, and with the role of this one.
  const onSaved = () => form.take({ ...NOTHING, role: form.values.peek().role });
  return (
    <Page title={t("Invite somebody")} back={{ page: "people", words: t("People") }}>
      {made.value && <Invited access={made.value} />}
      <FormFrame form={form} send={send} onSaved={onSaved} fields={["email", "name", "role"]} verb={t("Invite")}>
        <TextField
          form={form}
          name="email"
          label={t("E-mail address")}
          hint={t("Where this desk sends mail, a link that signs them in goes there. It counts for a week.")}
          input={{ type: "email", maxLength: 254 }}
        />
        <TextField
          form={form}
          name="name"
          label={t("Name")}
          hint={t("Leave it empty to take it from the address; they can change it.")}
          input={{ maxLength: 100 }}
        />
        <ChoiceField form={form} name="role" label={t("Role")} options={roleOptions()} />
      </FormFrame>
    </Page>
  );
}

function Invited({ access }: { access: UserAccess }) {
  const { user, mailed, expires_at: until } = access;
  const time = formatExactly(until);
  const name = (
    <a href={settingsHref("people", user.user_id)}>
      <bdi>{user.name}</bdi>
    </a>
  );
  return (
    <p class="settings-notice" role="status">
      {mailed
        ? tx("{name} is invited: a letter is on its way. Its link counts until {time}.", { name, time })
        : tx(
            "{name} is added. This desk sends no mail: the person who runs it hands out a link, by hero_assistance user link.",
            { name },
          )}
    </p>
  );
}
