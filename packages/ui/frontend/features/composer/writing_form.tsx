/** The form of a reply or a note: its text, its files, and what stands in the way of sending it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api/errors.ts";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Draft } from "../../stores/drafts/draft.ts";
import { isEmpty } from "../../stores/drafts/draft_content.ts";
import type { Refusal } from "../../stores/pending/pending_messages.ts";
import type { Project } from "../../stores/project.ts";
import { lazyPart } from "../../ui/lazy.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useWriting } from "../presence/use_presence.ts";
import { UploadList } from "../uploads/uploads.tsx";
import { useFileDrop } from "../uploads/use_uploads.ts";
import { DraftConflict, Guard, isGuarded } from "./guard.tsx";
import { openNext } from "./next_ticket.ts";
import { usePastedPictures } from "./pasted_pictures.ts";
import { type Sending, STATUS_OF, sendingOf } from "./sending.ts";
import { Toolbar } from "./toolbar.tsx";
import { draftsOf, pendingOf, undoSetting, uploadsOf } from "./writing.ts";
import { WritingArea } from "./writing_area.tsx";

const Markdown = lazyPart(async () => (await import("../markdown/markdown_part.ts")).Markdown);

type FormProps = { project: Project; ticket: TicketSummary; kind: MessageKind };

export function WritingForm({ project, ticket, kind }: FormProps) {
  const { ticket_id: ticketId } = ticket;
  const draft = draftsOf(project).draft({ ticketId, kind });
  const pending = pendingOf(project);
  const uploads = uploadsOf(project, draft);
  useEffect(() => draft.open(), [draft]);
  const area = useRef<HTMLTextAreaElement>(null);
  const isPreview = useSignal(false);
  const failure = useSignal<ApiError | null>(null);
  const writing = useWriting(project, ticketId, kind);
  const addFiles = usePastedPictures(uploads, draft, area);
  const { handlers, isOver } = useFileDrop(addFiles);
  const content = draft.content.value;
  const refusal = pending.refusalOf(ticketId, kind);
  const isWaiting = uploads.isSending.value || uploads.hasFailed.value;
  const isBlocked = isEmpty(content) || isWaiting || draft.other.value !== null;

  const send = (way: Sending, isChecked = true) => {
    if (isBlocked) return;
    isPreview.value = false;
    failure.value = null;
    const next = way === "next" ? openNext : null;
    sendDraft(project, draft, { way, isChecked });
    writing.stopped();
    if (next !== null) next();
    else area.current?.focus();
  };
  return (
    <form
      class="composer-form"
      data-drop={isOver.value}
      {...handlers}
      onInput={writing.typed}
      onSubmit={(event) => {
        event.preventDefault();
        send("send");
      }}
      onKeyDown={(event) => {
        const way = sendingOf(event);
        if (way === null) return;
        event.preventDefault();
        // A note solves nothing, and a customer has no next ticket.
        send(kind === "reply" && project.session.isStaff.value ? way : "send");
      }}
    >
      {refusal !== null && isGuarded(refusal) && (
        <Guard
          refusal={refusal}
          sendAnyway={() => send(wayOf(refusal), false)}
          dismiss={() => pending.dismiss(ticketId, kind)}
        />
      )}
      <DraftConflict draft={draft} />
      {isPreview.value ? (
        <section class="composer-preview" aria-label={t("Preview")}>
          <Markdown text={content.body} attachments={content.files} project={project.id} />
        </section>
      ) : (
        <WritingArea
          project={project}
          ticket={ticket}
          draft={draft}
          area={area}
          fail={(problem) => {
            failure.value = problem;
          }}
        />
      )}
      <UploadList uploads={uploads} />
      {failure.value && <Problem problem={failure.value} />}
      {refusal !== null && !isGuarded(refusal) && <Problem problem={wordsOf(refusal)} />}
      <Toolbar
        project={project}
        ticket={ticket}
        kind={kind}
        uploads={uploads}
        isPreview={isPreview}
        isBlocked={isBlocked}
        send={send}
      />
    </form>
  );
}

/** Take the text out of its form, and show it in its thread at once. */
function sendDraft(project: Project, draft: Draft, { way, isChecked }: { way: Sending; isChecked: boolean }): void {
  const { ticketId, kind } = draft.place;
  if (ticketId === null) return;
  const isReply = kind === "reply";
  const isStaff = project.session.isStaff.peek();
  const seen = project.thread(ticketId).newestId;
  const undoMs = isReply && isStaff ? undoSetting.seconds.peek() * 1000 : 0;
  const { content, token } = draft.take();
  const now = Date.now();
  pendingOf(project).add({
    token,
    ticketId,
    kind,
    content: { ...content, body: content.body.trim() },
    lastSeen: isReply && isStaff && isChecked ? seen : null,
    status: STATUS_OF[way] ?? null,
    writtenAt: now,
    dueAt: now + undoMs,
    tries: 0,
  });
  if (undoMs > 0) desk.announcement.value = t("Your reply is sent in a moment; until then it can be taken back");
}

function wayOf({ message }: Refusal): Sending {
  if (message.status === "solved") return "solve";
  return message.status === "waiting" ? "wait" : "send";
}

/** Why a text came back, in words. */
function wordsOf({ problem }: Refusal): ApiError {
  if (problem.reason !== "sent-elsewhere") return problem;
  return new ApiError(t("This draft was sent from another window, with another text"), {
    hint: t("What you wrote is kept: send it as another message, or remove it."),
  });
}
