/** Erases a user for ever; what goes and what stays is counted and said first. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ErasedUser, FilePolicy, User } from "../../../api/wire.ts";
import { go } from "../../../app.ts";
import { t, tn } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { peopleOf } from "../../../stores/settings/people.ts";
import { useAction } from "../../../ui/hooks/use_action.ts";
import { Problem } from "../../../ui/problem.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { Switch } from "../parts/fields.tsx";

export function Erasure({ project, user }: { project: Project; user: User }) {
  const files = useSignal<FilePolicy>("keep");
  return (
    <Confirmed
      label={t("Erase for ever")}
      says={<Preview project={project} user={user} files={files} />}
      verb={t("Erase them for ever")}
      run={async () => {
        await peopleOf(project).erase(user.user_id, files.value);
        go(settingsHref("people"));
      }}
    />
  );
}

type PreviewProps = { project: Project; user: User; files: { value: FilePolicy } };

function Preview({ project, user, files }: PreviewProps) {
  const counts = useSignal<ErasedUser | null>(null);
  const { problem, run } = useAction();
  const ask = () =>
    void run(async () => {
      counts.value = await peopleOf(project).previewErasure(user.user_id);
    });
  useEffect(ask, [project, user.user_id]);
  if (problem !== null) return <Problem problem={problem} onRetry={ask} />;
  if (counts.value === null) return <p>{t("What there is of them is counted…")}</p>;
  return (
    <>
      <p>{t("This cannot be undone. Their name, address and ways to sign in are gone then.")}</p>
      <ul class="question-list">
        {sentences(counts.value).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {counts.value.files > 0 && (
        <Switch
          label={t("Delete their files too")}
          hint={t("Else the files stay on the tickets that they were sent to.")}
          isOn={files.value === "delete"}
          set={(isOn) => {
            files.value = isOn ? "delete" : "keep";
          }}
        />
      )}
    </>
  );
}

/** Return what becomes of what there is of a user. */
function sentences({ tickets, messages, files, drafts, sign_ins: signIns, mails, letters }: ErasedUser): string[] {
  const stays = [
    tickets > 0 && tn("{count} ticket stays, without their name", "{count} tickets stay, without their name", tickets),
    messages > 0 &&
      tn("{count} message stays, without their name", "{count} messages stay, without their name", messages),
  ];
  const goes = [
    files > 0 && tn("{count} file was sent by them", "{count} files were sent by them", files),
    drafts > 0 && tn("{count} draft goes", "{count} drafts go", drafts),
    signIns > 0 && tn("{count} way to sign in goes", "{count} ways to sign in go", signIns),
    mails > 0 && tn("{count} incoming mail goes", "{count} incoming mails go", mails),
    letters > 0 && tn("{count} letter goes", "{count} letters go", letters),
  ];
  const all = [...stays, ...goes].filter((sentence) => sentence !== false);
  return all.length === 0 ? [t("There is nothing else of them here")] : all;
}
