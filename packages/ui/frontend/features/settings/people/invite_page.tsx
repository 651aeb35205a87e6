/** An invitation: a user by their address, who is mailed a link, or handed one where this desk sends no mail. */
import { useSignal } from "@preact/signals";
import type { Role, UserAccess } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t, tx } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { peopleOf } from "../../../stores/settings/people.ts";
import { Copyable } from "../parts/copyable.tsx";
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
          hint={t(
            "Where this desk sends mail, a link that signs them in goes there; else you hand it over. It counts for a week.",
          )}
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
  if (mailed)
    return (
      <p class="settings-notice" role="status">
        {tx("{name} is invited: a letter is on its way. Its link counts until {time}.", { name, time })}
      </p>
    );
  return (
    <div class="settings-notice">
      <p role="status">{tx("{name} is added. This desk sends no mail.", { name })}</p>
      {access.link === null ? <NoLink /> : <Link address={access.link} time={time} />}
    </div>
  );
}

/** What signs them in, to be handed over: it is shown once. */
function Link({ address, time }: { address: string; time: string }) {
  const label = t("Their link");
  return (
    <>
      <p>
        {t("Hand them this link: it signs them in once, and counts until {time}. It is not shown again.", { time })}
      </p>
      <Copyable text={address} label={label} />
    </>
  );
}

/** A desk whose page has no address makes no links; who was here before has another way in. */
function NoLink() {
  const settings = <a href={settingsHref("project")}>{t("Project")}</a>;
  return (
    <p>
      {tx(
        "For a link to hand over, set the address of the page under {settings}, and invite them once more. Who was here before signs in as they did.",
        { settings },
      )}
    </p>
  );
}
