/** Mail: how letters go out, what waits or was given up, and the mails that wait in the quarantine. */
import { useSignal } from "@preact/signals";
import type { MailStatus, MailWay } from "../../../api/wire.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { Loaded, Page, Section } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { useForm } from "../parts/use_form.ts";
import { Outbox } from "./outbox.tsx";
import { Quarantine } from "./quarantine.tsx";

const WAY_WORDS: Record<MailWay, string> = {
  smtp: t("Letters go out by a mail server."),
  folder: t("No mail server is set: letters are kept as files on the machine of this desk, and reach nobody."),
  held: t("The mail server takes nothing at the moment: letters wait, and are tried again."),
  unknown: t("The desk does not know yet how letters go out."),
};

export function MailPage({ project }: PageProps) {
  const status = useSignal<MailStatus | null>(null);
  const load = async () => {
    status.value = await project.call("mail.status", {});
  };
  return (
    <Page title={t("Mail")} lead={t("Letters to customers and agents, and mails that become tickets.")}>
      <Section title={t("Letters")}>
        <Loaded load={load} on={[project]} isThere={status.value !== null}>
          {() => status.value && <Status status={status.value} />}
        </Loaded>
        <TestLetter project={project} />
      </Section>
      <Section title={t("On their way")}>
        <Outbox project={project} />
      </Section>
      <Section
        title={t("Quarantine")}
        lead={t("Mails that became no ticket by themselves, and the reason. File what is wanted.")}
      >
        <Quarantine project={project} />
      </Section>
    </Page>
  );
}

function Status({ status }: { status: MailStatus }) {
  return (
    <>
      <p>{WAY_WORDS[status.way]}</p>
      <dl class="fact-list">
        <Fact name={t("Sender")} value={status.sender} />
        {status.server !== null && <Fact name={t("Mail server")} value={status.server} />}
        <Fact
          name={t("Answers to letters")}
          value={status.takes_answers ? t("become messages of their tickets") : t("do not arrive here")}
        />
        <Fact
          name={t("Links to tickets")}
          value={status.has_links ? t("are in letters") : t("are missing: the desk's page has no address yet")}
        />
      </dl>
      {status.fault !== null && (
        <p class="settings-notice settings-bad">
          <bdi>{status.fault}</bdi> {status.hint !== null && <bdi>{status.hint}</bdi>}
        </p>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

function TestLetter({ project }: { project: Project }) {
  const sentTo = useSignal("");
  const form = useForm(project, "test-letter", { address: "" });
  const send = async (_: unknown, { address }: { address: string }) => {
    await project.call("mail.test", { address: address.trim() });
    sentTo.value = address.trim();
    return undefined;
  };
  return (
    <FormFrame
      form={form}
      send={send}
      onSaved={() => form.take({ address: "" })}
      fields={["address"]}
      verb={t("Send a test letter")}
    >
      <TextField
        form={form}
        name="address"
        label={t("Address for a test letter")}
        input={{ type: "email", maxLength: 254 }}
      />
      <p class="hint" role="status">
        {sentTo.value &&
          t("A test letter to {address} is on its way; what becomes of it stands below.", { address: sentTo.value })}
      </p>
    </FormFrame>
  );
}
