/** Where an answer is written; a note for agents looks different, is named differently and is sent differently. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { UPLOAD_WORDS } from "../../i18n/upload_words.ts";
import type { Project } from "../../stores/project.ts";
import { draftKey } from "../../stores/tickets/drafts.ts";
import { sendOnCtrlEnter } from "../../ui/forms.ts";
import { Lock, Send, Talk } from "../../ui/icons.tsx";
import { OfferList, offerId } from "../../ui/offers.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useAction } from "../../ui/use_action.ts";
import { useDraft } from "../../ui/use_draft.ts";
import { AttachButton, UploadList } from "../uploads/uploads.tsx";
import { uploadsFor, useFileDrop } from "../uploads/use_uploads.ts";
import { useMentions } from "./use_mentions.ts";

type KindWords = { label: string; send: string; sent: string };

const KIND_WORDS: Record<MessageKind, KindWords> = {
  reply: { label: "Reply", send: "Send reply", sent: "Your reply was sent" },
  note: { label: "Internal note", send: "Save note", sent: "Your note was saved" },
};
const OFFERS = "mention-offers";
// What the style adds around the text: its border.
const BORDER_PX = 2;

export function Composer({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const kind = useSignal<MessageKind>("reply");
  // A note's text never turns into a reply: each kind has a form and a draft of its own.
  return (
    <div class="composer" data-kind={kind.value}>
      {project.session.isStaff.value && <KindSwitch kind={kind} />}
      <Form key={kind.value} project={project} ticket={ticket} kind={kind.value} />
    </div>
  );
}

function KindSwitch({ kind }: { kind: Signal<MessageKind> }) {
  const choose = (chosen: MessageKind) => {
    kind.value = chosen;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that a row of two buttons lacks.
    <div class="kinds" role="group" aria-label="What to write">
      <button
        type="button"
        class="kind"
        data-key="reply"
        aria-pressed={kind.value === "reply"}
        onClick={() => choose("reply")}
      >
        <Talk /> Reply to customer
      </button>
      <button
        type="button"
        class="kind kind-note"
        data-key="note"
        aria-pressed={kind.value === "note"}
        onClick={() => choose("note")}
      >
        <Lock /> Internal note
      </button>
    </div>
  );
}

function Form({ project, ticket, kind }: { project: Project; ticket: TicketSummary; kind: MessageKind }) {
  const author = project.session.me.value?.user_id ?? "";
  const text = useDraft(draftKey(author, project.id, ticket.ticket_id, kind));
  const { isBusy, problem, run } = useAction();
  const uploads = uploadsFor(project, draftKey(author, ticket.ticket_id, kind));
  const { handlers, isOver } = useFileDrop(uploads);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => fitHeight(area.current), [text.value]);
  const mentions = useMentions(project, area, text);
  const { offers } = mentions;

  const body = text.value.trim();
  // A picture says enough without a text.
  const isEmpty = body === "" && uploads.ids.value.length === 0;
  const isWaiting = uploads.isSending.value || uploads.hasFailed.value;
  const send = async () => {
    const sent = text.value;
    const attachments = uploads.ids.value;
    const retry = text.token.tokenFor(JSON.stringify([body, attachments]));
    await project.send(ticket.ticket_id, kind, { body, attachments }, retry);
    text.token.renew();
    text.clearSent(sent);
    uploads.clearSent(attachments);
    desk.announcement.value = KIND_WORDS[kind].sent;
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isEmpty || isWaiting || isBusy) return;
    await run(send);
    area.current?.focus();
  };

  const isNote = kind === "note";
  const onInput = (event: InputEvent) => {
    text.onInput(event);
    if (isNote) mentions.follow();
  };
  return (
    <form class="composer-form" onSubmit={submit} onKeyDown={sendOnCtrlEnter} {...handlers} data-drop={isOver.value}>
      <label class="composer-field">
        <span class={isNote ? "composer-label" : "unseen"}>
          {isNote ? "Internal note: only agents will see this" : KIND_WORDS[kind].label}
        </span>
        <textarea
          ref={area}
          rows={2}
          value={text.value}
          placeholder={placeholder(kind, project.session.isStaff.value, ticket)}
          aria-autocomplete={isNote ? "list" : undefined}
          aria-controls={offers.isOpen ? OFFERS : undefined}
          aria-activedescendant={offers.isOpen ? offerId(OFFERS, offers.chosen) : undefined}
          onInput={onInput}
          onKeyDown={(event) => offers.takeKey(event, mentions.choose)}
          onClick={() => offers.isOpen && mentions.follow()}
          onBlur={offers.close}
        />
      </label>
      <OfferList id={OFFERS} label="Agents" offers={offers} choose={mentions.choose} />
      <UploadList uploads={uploads} />
      {problem && <Problem problem={problem} />}
      <div class="composer-end">
        <AttachButton uploads={uploads} />
        {isWaiting && (
          <span class="upload-wait">{uploads.hasFailed.value ? UPLOAD_WORDS.failed : UPLOAD_WORDS.wait}</span>
        )}
        <span class="keys">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
        <button
          type="submit"
          class={`button ${isNote ? "button-note" : "button-strong"}`}
          disabled={isBusy || isEmpty || isWaiting}
        >
          {isNote ? <Lock /> : <Send />} {isBusy ? "Sending…" : KIND_WORDS[kind].send}
        </button>
      </div>
    </form>
  );
}

function placeholder(kind: MessageKind, isStaff: boolean, ticket: TicketSummary): string {
  if (kind === "note") return "What should the other agents know? @ calls one of them";
  return isStaff ? `Answer ${ticket.customer_name}` : "Add to your ticket";
}

/** As high as its text, up to what the style allows. */
function fitHeight(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + BORDER_PX}px`;
}
