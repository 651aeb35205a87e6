/** One person: what they are called, what they may do, where they are signed in, and the ways out. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Role, User } from "../../../api/wire.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { type People, peopleOf } from "../../../stores/settings/people.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { ChoiceField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Page, Section } from "../parts/page.tsx";
import { useForm } from "../parts/use_form.ts";
import { Erasure } from "./erasure.tsx";
import { roleOptions } from "./invite_page.tsx";
import { Leaving } from "./leaving.tsx";
import { PersonDevices } from "./person_devices.tsx";

export function PersonPage({ project, userId }: { project: Project; userId: string }) {
  const people = peopleOf(project);
  const user = people.find(userId);
  const isSought = useSignal(user === null);
  const { problem, run } = useAction();
  const seek = () =>
    void run(() => find(people, userId)).then(() => {
      isSought.value = false;
    });
  useEffect(() => {
    if (user === null) seek();
  }, [people, userId]);
  return (
    <Page title={user?.name ?? t("Person")} back={{ page: "people", words: t("People") }}>
      {problem && <Problem problem={problem} onRetry={seek} />}
      {user === null && !problem && (
        <p class="settings-none">{isSought.value ? t("Loading…") : t("There is nobody by this name here.")}</p>
      )}
      {user !== null && <Person project={project} user={user} />}
    </Page>
  );
}

/** Opened by its address, a page knows no one yet. */
async function find(people: People, userId: string): Promise<void> {
  await people.loadTeam();
  if (people.find(userId) === null) await people.listCustomers(userId);
}

function Person({ project, user }: { project: Project; user: User }) {
  const isMe = project.session.me.value?.user_id === user.user_id;
  return (
    <>
      {!user.active && <p class="settings-notice">{t("Deactivated: they are refused everywhere.")}</p>}
      <PersonForm project={project} user={user} />
      <Section title={t("Devices")} lead={t("Where they are signed in.")}>
        <PersonDevices project={project} userId={user.user_id} />
      </Section>
      {!isMe && (
        <Section title={t("Leaving")}>
          <Leaving project={project} user={user} />
          <Erasure project={project} user={user} />
        </Section>
      )}
    </>
  );
}

function valuesOf(user: User) {
  return { name: user.name, email: user.email ?? "", role: user.role as string };
}

function PersonForm({ project, user }: { project: Project; user: User }) {
  const form = useForm(project, `person/${user.user_id}`, valuesOf(user));
  const send = async (changes: Partial<ReturnType<typeof valuesOf>>) => {
    const { role, ...rest } = changes;
    const saved = await peopleOf(project).update(user.user_id, { ...rest, ...(role && { role: role as Role }) });
    return valuesOf(saved);
  };
  const losesWork = user.role !== "customer" && form.values.value.role === "customer";
  return (
    <FormFrame form={form} send={send} fields={["name", "email", "role"]}>
      <TextField form={form} name="name" label={t("Name")} input={{ maxLength: 100 }} />
      <TextField
        form={form}
        name="email"
        label={t("E-mail address")}
        hint={t("Links and codes to sign in go there: change it only for who you know to own it.")}
        input={{ type: "email", maxLength: 254 }}
      />
      <ChoiceField
        form={form}
        name="role"
        label={t("Role")}
        options={roleOptions()}
        {...(losesWork && {
          hint: t("As a customer they see their own tickets alone. Tickets that they have stay assigned to them."),
        })}
      />
    </FormFrame>
  );
}
