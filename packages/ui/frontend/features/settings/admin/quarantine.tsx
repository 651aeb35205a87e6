/** The incoming mails that wait in the quarantine: read, filed or discarded, one or all of them. */
import { useSignal } from "@preact/signals";
import type { IncomingMailRecord, ReadMail } from "../../../api/wire.ts";
import { formatExactly } from "../../../i18n/times.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { Loaded } from "../parts/page.tsx";
import { quarantineWords } from "./quarantine_words.ts";

const PAGE_LENGTH = 20;

type Listed = { mails: IncomingMailRecord[]; before: number | null; count: number };

export function Quarantine({ project }: { project: Project }) {
  const listed = useSignal<Listed | null>(null);
  const more = useAction();
  const page = async (before: number | null) => {
    const params = { state: "quarantined", limit: PAGE_LENGTH, ...(before !== null && { before }) } as const;
    const found = await project.call("mail.inbox", params);
    const earlier = before === null ? [] : (listed.peek()?.mails ?? []);
    listed.value = {
      mails: [...earlier, ...found.mails],
      before: found.next_before,
      count: found.counts.quarantined,
    };
  };
  const load = () => page(null);
  return (
    <Loaded load={load} on={[project]} isThere={listed.value !== null}>
      {() => {
        const { mails, before, count } = listed.value ?? { mails: [], before: null, count: 0 };
        return (
          <>
            {mails.length === 0 && <p class="settings-none">{t("It is empty.")}</p>}
            {mails.length > 0 && <All project={project} count={count} reload={load} />}
            <ul class="settings-list" aria-label={tn("{count} mail", "{count} mails", count)}>
              {mails.map((mail) => (
                <Mail key={mail.mail_id} project={project} mail={mail} reload={load} />
              ))}
            </ul>
            {more.problem && <Problem problem={more.problem} />}
            {before !== null && (
              <button
                type="button"
                class="button"
                disabled={more.isBusy}
                onClick={() => void more.run(() => page(before))}
              >
                {t("Earlier mails")}
              </button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function All({ project, count, reload }: { project: Project; count: number; reload: () => Promise<void> }) {
  const each = (method: "mail.refile_quarantined" | "mail.discard_quarantined") => async () => {
    await project.call(method, {});
    await reload();
  };
  return (
    <div class="form-end">
      <Confirmed
        label={t("File all")}
        says={tn(
          "{count} mail becomes a ticket or a message, each as it would have when it came.",
          "{count} mails become tickets or messages, each as it would have when it came.",
          count,
        )}
        verb={t("File them all")}
        isDangerous={false}
        run={each("mail.refile_quarantined")}
      />
      <Confirmed
        label={t("Discard the oldest")}
        says={t("The oldest mails are deleted, at most 100 of them. They cannot be had back.")}
        verb={t("Discard them")}
        run={each("mail.discard_quarantined")}
      />
    </div>
  );
}

function Reason({ mail }: { mail: IncomingMailRecord }) {
  const words = quarantineWords(mail);
  if (words !== null) return <span class="entry-detail">{words}</span>;
  return (
    <bdi class="entry-detail" lang="en">
      {mail.reason}
    </bdi>
  );
}

type MailProps = { project: Project; mail: IncomingMailRecord; reload: () => Promise<void> };

function Mail({ project, mail, reload }: MailProps) {
  const text = useSignal<ReadMail | null>(null);
  const { isBusy, problem, run } = useAction();
  const read = () =>
    run(async () => {
      text.value = text.value === null ? await project.call("mail.read", { mail_id: mail.mail_id }) : null;
    });
  const file = () =>
    run(async () => {
      await project.call("mail.refile", { mail_id: mail.mail_id });
      await reload();
    });
  const subject = mail.subject || t("No subject");
  return (
    <li class="settings-entry entry-plain">
      <span class="entry-words">
        <bdi class="entry-name">{subject}</bdi>
        <bdi class="entry-detail">{mail.sender ?? t("No sender")}</bdi>
        <span class="entry-detail">{formatExactly(mail.received_at)}</span>
        <Reason mail={mail} />
      </span>
      <button
        type="button"
        class="button button-small"
        disabled={isBusy}
        aria-expanded={text.value !== null}
        onClick={() => void read()}
      >
        {text.value === null ? t("Read") : t("Hide")}
        <span class="unseen"> {subject}</span>
      </button>
      <button type="button" class="button button-small" disabled={isBusy} onClick={() => void file()}>
        {t("File it")}
        <span class="unseen"> {subject}</span>
      </button>
      <Confirmed
        label={t("Discard")}
        of={subject}
        says={t("The mail is deleted; that there was one stays on record.")}
        verb={t("Discard this mail")}
        run={async () => {
          await project.call("mail.discard", { mail_id: mail.mail_id });
          await reload();
        }}
      />
      {problem && <Problem problem={problem} />}
      {text.value !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard too.
        <section class="raw-mail" tabIndex={0} aria-label={t("The mail as it came")}>
          {text.value.raw ?? t("Its text is not kept any more.")}
        </section>
      )}
    </li>
  );
}
