/** Says that a message was edited, and what it said before, to those who may know. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Message, MessageVersion } from "../../api/wire.ts";
import { formatExactly } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { loadVersions } from "../../stores/tickets/message_edits.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Problem } from "../../ui/problem.tsx";

type EditedMarkProps = { project: Project; message: Message };

export function EditedMark({ project, message }: EditedMarkProps) {
  const isOpen = useSignal(false);
  if (message.edited_at === null) return null;
  const { me, isStaff } = project.session;
  const when = t("Edited {time}", { time: formatExactly(message.edited_at) });
  if (!isStaff.value && message.author !== me.value?.user_id) {
    return (
      <span class="edited" title={when}>
        {t("edited")}
      </span>
    );
  }
  return (
    <>
      <button
        type="button"
        class="link-button edited"
        title={when}
        aria-haspopup="dialog"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {t("edited")}
      </button>
      {isOpen.value && (
        <Versions
          project={project}
          message={message}
          closed={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

function Versions({ project, message, closed }: EditedMarkProps & { closed: () => void }) {
  const { dialog, close } = useModal(closed);
  const versions = useSignal<MessageVersion[] | null>(null);
  const { problem, run } = useAction();
  const load = () =>
    run(async () => {
      versions.value = await loadVersions(project, message);
    });
  useEffect(() => void load(), []);
  return (
    <dialog {...dialog} class="small-dialog versions" aria-labelledby="versions-title">
      <h2 id="versions-title">{t("What this message said before")}</h2>
      {problem && <Problem problem={problem} onRetry={load} />}
      {versions.value?.length === 0 && <p>{t("Its earlier texts are not kept any more.")}</p>}
      <ol>
        {versions.value?.map(({ body, until }) => (
          <li key={until}>
            <p class="version-time">{t("Until {time}", { time: formatExactly(until) })}</p>
            <p class="version-text" dir="auto">
              {body}
            </p>
          </li>
        ))}
      </ol>
      <div class="dialog-end">
        <button type="button" class="button" onClick={close}>
          {t("Close")}
        </button>
      </div>
    </dialog>
  );
}
