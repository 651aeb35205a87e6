/** The form in which its author corrects a message. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../api/wire.ts";
import { desk, ownStorage } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { EditCopies, editName } from "../../stores/drafts/edit_copies.ts";
import type { Project } from "../../stores/project.ts";
import { editMessage } from "../../stores/tickets/message_edits.ts";
import { fitHeight, sendOnCtrlEnter } from "../../ui/forms.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";

const copies = new EditCopies(() => ownStorage);

/** Whether something was typed over a message in this browser, and neither saved nor given up. */
export function isBeingEdited(project: Project, message: Message): boolean {
  if (message.message_id === 0 || message.author !== project.session.me.peek()?.user_id) return false;
  const typed = copies.read(nameOf(project, message));
  return typed !== null && typed !== message.body;
}

function nameOf(project: Project, message: Message): string {
  return editName(project.session.me.peek()?.user_id ?? "", project.id, message.message_id);
}

/** `takesFocus` says that it was asked for, and is not what an earlier page has left. */
type EditFormProps = { project: Project; message: Message; takesFocus: boolean; close: () => void };

export function EditForm({ project, message, takesFocus, close }: EditFormProps) {
  const name = nameOf(project, message);
  const text = useSignal(copies.read(name) ?? message.body);
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: message.ticket_id }));
  const field = useRef<HTMLTextAreaElement>(null);
  const end = () => {
    copies.remove(name);
    close();
  };
  useLayoutEffect(() => {
    if (!takesFocus) return;
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);
  useEffect(() => fitHeight(field.current), [text.value]);
  const isChanged = text.value !== message.body;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.value.trim() === "") return;
    await run(async () => {
      if (isChanged) await editMessage(project, message, text.value);
      desk.announcement.value = t("The message was changed");
      end();
    });
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLFormElement }) => {
    sendOnCtrlEnter(event);
    // What was typed goes by the button alone.
    if (event.key !== "Escape" || isChanged) return;
    event.stopPropagation();
    end();
  };
  return (
    <form class="edit-form" onSubmit={submit} onKeyDown={onKeyDown}>
      <textarea
        ref={field}
        aria-label={t("Text of the message")}
        dir="auto"
        rows={2}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          copies.write(name, text.value, message.body);
        }}
      />
      {problem && <Problem problem={problem} />}
      <div class="edit-form-end">
        <button type="button" class="button button-small" onClick={end}>
          {t("Cancel")}
        </button>
        <button type="submit" class="button button-small button-strong" disabled={isBusy || text.value.trim() === ""}>
          {isBusy ? t("Saving…") : t("Save")}
        </button>
      </div>
    </form>
  );
}
