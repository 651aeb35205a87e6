/** Where an answer is written; a note for agents looks different, is named differently and is sent differently. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { isEmpty } from "../../stores/drafts/draft_content.ts";
import type { Project } from "../../stores/project.ts";
import { type Changes, useChanges } from "../../ui/hooks/use_changes.ts";
import { Lock, Talk } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { whenDrawn } from "../commands/action.ts";
import { PendingElsewhere } from "./pending.tsx";
import { draftsOf, pendingOf } from "./writing.ts";
import { WritingForm } from "./writing_form.tsx";

type ComposerProps = { project: Project; ticket: TicketSummary };

export function Composer({ project, ticket }: ComposerProps) {
  const kind = useSignal<MessageKind>("reply");
  const isStaff = project.session.isStaff.value;
  const takesNone = ticket.status === "closed" && kind.value === "reply";
  const isLeft = useIsReplyLeft(project, ticket.ticket_id, takesNone);
  // Kept here: what offers to reopen the ticket is gone at once, and comes back where that is refused.
  const reopening = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  if (takesNone && !isStaff && !isLeft) return null;
  // A note's text never turns into a reply: each kind has a form and a draft of its own.
  return (
    <div class="composer" data-kind={kind.value}>
      <PendingElsewhere project={project} ticketId={ticket.ticket_id} />
      {isStaff && <KindSwitch kind={kind} />}
      {isStaff && takesNone && <Reopen project={project} ticket={ticket} changes={reopening} />}
      {(!takesNone || isLeft) && (
        <WritingForm
          key={`${kind.value} ${project.session.me.value?.user_id}`}
          project={project}
          ticket={ticket}
          kind={kind.value}
        />
      )}
    </div>
  );
}

/** Whether a reply was begun on a ticket that takes none: it is shown all the same, and asked for while no form does. */
function useIsReplyLeft(project: Project, ticketId: number, takesNone: boolean): boolean {
  const draft = draftsOf(project).draft({ ticketId, kind: "reply" });
  useEffect(() => (takesNone ? draft.open() : undefined), [draft, takesNone]);
  return !isEmpty(draft.content.value);
}

/** What an agent does before they answer a closed ticket. */
function Reopen({ project, ticket, changes: { problem, make } }: ComposerProps & { changes: Changes }) {
  const open = () => {
    make(() => project.update(ticket.ticket_id, { status: "open" }));
    // What came back, because it was closed, can be sent.
    pendingOf(project).dismiss(ticket.ticket_id, "reply");
    desk.announcement.value = t("The ticket is open again");
    // The form comes once the ticket is open, and this button goes.
    whenDrawn(
      () => document.querySelector<HTMLElement>(".composer textarea"),
      (text) => text.focus(),
    );
  };
  return (
    <div class="composer-closed">
      <p>{t("This ticket is closed. Open it again to answer.")}</p>
      <button type="button" class="button button-small" data-key="reopen" onClick={open}>
        {t("Open it again")}
      </button>
      {problem && <Problem problem={problem} />}
    </div>
  );
}

function KindSwitch({ kind }: { kind: Signal<MessageKind> }) {
  const choose = (chosen: MessageKind) => {
    kind.value = chosen;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that a row of two buttons lacks.
    <div class="kinds" role="group" aria-label={t("What to write")}>
      <button
        type="button"
        class="kind"
        data-key="reply"
        aria-pressed={kind.value === "reply"}
        onClick={() => choose("reply")}
      >
        <Talk /> {t("Reply to customer")}
      </button>
      <button
        type="button"
        class="kind kind-note"
        data-key="note"
        aria-pressed={kind.value === "note"}
        onClick={() => choose("note")}
      >
        <Lock /> {t("Internal note")}
      </button>
    </div>
  );
}
