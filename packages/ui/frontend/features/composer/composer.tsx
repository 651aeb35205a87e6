/** Where an answer is written; a note for agents looks different, is named differently and is sent differently. */
import { type Signal, useSignal } from "@preact/signals";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { Lock, Talk } from "../../ui/icons.tsx";
import { PendingElsewhere } from "./pending.tsx";
import { WritingForm } from "./writing_form.tsx";

export function Composer({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const kind = useSignal<MessageKind>("reply");
  // A note's text never turns into a reply: each kind has a form and a draft of its own.
  return (
    <div class="composer" data-kind={kind.value}>
      <PendingElsewhere project={project} ticketId={ticket.ticket_id} />
      {project.session.isStaff.value && <KindSwitch kind={kind} />}
      <WritingForm
        key={`${kind.value} ${project.session.me.value?.user_id}`}
        project={project}
        ticket={ticket}
        kind={kind.value}
      />
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
