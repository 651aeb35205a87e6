/** One message of a thread: who wrote it and when, what it says, and what can be done with it. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Message, TicketMail, TicketSummary } from "../../api/wire.ts";
import { formatExactly, formatHour, now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { messageHref, threadHref } from "../../stores/route.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { CopyButton } from "../../ui/copying/copy_button.tsx";
import { Lock, Pencil } from "../../ui/icons.tsx";
import { SplitBox } from "../merge_split/split_box.tsx";
import { MailMark } from "../thread/mail_mark.tsx";
import { MessageContent } from "../thread/message_content.tsx";
import { type Side, sideOf } from "../thread/sides.ts";
import { EditForm, isBeingEdited } from "./edit_form.tsx";
import { isEditable } from "./edit_window.ts";
import { EditedMark } from "./edited_mark.tsx";

const ROLE_OF_SIDE: Record<Side, string> = { customer: t("Customer"), team: t("Support"), note: t("Support") };

type MessageItemProps = {
  project: Project;
  message: Message;
  ticket: TicketSummary;
  mail: TicketMail | undefined;
  /** Whether the address names it. */
  isMarked: boolean;
};

export function MessageItem({ project, message, ticket, mail, isMarked }: MessageItemProps) {
  const side = sideOf(message, ticket);
  const isEditing = useSignal(useMemo(() => isBeingEdited(project, message), []));
  const isAsked = useSignal(false);
  const canEdit = ticket.merged_into === null && isEditable(message, project.session.me.value?.user_id, now.value);
  const edit = () => {
    isAsked.value = true;
    isEditing.value = true;
  };
  return (
    <li class="message" data-side={side} data-message={message.message_id} data-marked={isMarked}>
      <SplitBox project={project} message={message} />
      <Avatar id={message.author} name={message.author_name} large />
      <article class="bubble" tabIndex={-1} aria-current={isMarked ? "location" : undefined}>
        <header class="bubble-head">
          <strong>
            <bdi>{message.author_name}</bdi>
          </strong>
          <span class="bubble-role">{ROLE_OF_SIDE[side]}</span>
          {side === "note" && (
            <span class="bubble-note">
              <Lock /> {t("Internal note, never shown to the customer")}
            </span>
          )}
          <EditedMark project={project} message={message} />
          <a class="bubble-time" href={hrefOf(project, message)}>
            <time datetime={new Date(message.created_at).toISOString()} title={formatExactly(message.created_at)}>
              {formatHour(message.created_at)}
            </time>
          </a>
        </header>
        {mail && <MailMark mail={mail} />}
        {isEditing.value ? (
          <EditForm
            project={project}
            message={message}
            takesFocus={isAsked.value}
            close={() => {
              isEditing.value = false;
            }}
          />
        ) : (
          <MessageContent project={project} message={message} mail={mail} />
        )}
        {!isEditing.value && <Actions project={project} message={message} edit={canEdit ? edit : null} />}
      </article>
    </li>
  );
}

type ActionsProps = { project: Project; message: Message; edit: (() => void) | null };

function Actions({ project, message, edit }: ActionsProps) {
  const link = new URL(hrefOf(project, message), document.baseURI).href;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that a row of buttons lacks.
    <div class="message-actions" role="group" aria-label={t("Message of {name}", { name: message.author_name })}>
      {edit !== null && (
        <button type="button" class="icon-button" aria-label={t("Edit")} title={t("Edit")} onClick={edit}>
          <Pencil />
        </button>
      )}
      {message.body !== "" && <CopyButton text={message.body} label={t("Copy text")} />}
      <CopyButton text={link} label={t("Copy link")} isLink />
    </div>
  );
}

/** The ticket's own text has the ticket's address. */
function hrefOf(project: Project, { ticket_id, message_id }: Message): string {
  return message_id === 0 ? threadHref(project.id, ticket_id) : messageHref(project.id, ticket_id, message_id);
}
