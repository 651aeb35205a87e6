/** Deletes a ticket for ever, for admins: what would go is said first, and what cannot be undone is said too. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DeletedTicket, TicketSummary } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import { formatSize } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX } from "../../stores/route.ts";
import { useAction } from "../../ui/hooks/use_action.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { Problem } from "../../ui/problem.tsx";

type DeleteProps = { project: Project; ticket: TicketSummary };

export function DeleteTicket({ project, ticket }: DeleteProps) {
  const isOpen = useSignal(false);
  if (project.session.me.value?.role !== "admin") return null;
  const closed = () => {
    isOpen.value = false;
  };
  return (
    <div class="panel-field panel-danger">
      <button
        type="button"
        class="button button-small"
        data-key="delete"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {t("Delete this ticket…")}
      </button>
      {isOpen.value && <Confirmation project={project} ticket={ticket} closed={closed} />}
    </div>
  );
}

function Confirmation({ project, ticket, closed }: DeleteProps & { closed: () => void }) {
  const { dialog, close } = useModal(closed);
  const found = useSignal<DeletedTicket | null>(null);
  const { isBusy, problem, run } = useAction();
  const ask = (isDry: boolean) => project.call("ticket.delete", { ticket_id: ticket.ticket_id, dry_run: isDry });
  useEffect(() => {
    void run(async () => {
      found.value = await ask(true);
    });
  }, []);
  const remove = () =>
    run(async () => {
      await ask(false);
      desk.announcement.value = t("The ticket was deleted");
      go(INBOX);
    });
  return (
    <dialog {...dialog} class="small-dialog" aria-labelledby="delete-title">
      <h2 id="delete-title">{t("Delete ticket {number} for ever?", { number: ticket.ticket_id })}</h2>
      <p dir="auto">{ticket.title}</p>
      {found.value && <WhatGoes found={found.value} />}
      {problem && <Problem problem={problem} />}
      <div class="dialog-end">
        <button type="button" class="button" onClick={close}>
          {t("Keep it")}
        </button>
        <button
          type="button"
          class="button button-danger"
          disabled={isBusy || found.value === null}
          onClick={() => void remove()}
        >
          {t("Delete for ever")}
        </button>
      </div>
    </dialog>
  );
}

function WhatGoes({ found }: { found: DeletedTicket }) {
  const lines = [
    found.ticket_ids.length > 1 &&
      tn(
        "With the ticket that was merged into it",
        "With {count} tickets that were merged into it",
        found.ticket_ids.length - 1,
      ),
    tn("{count} message", "{count} messages", found.messages),
    found.files > 0 &&
      tn("{count} file ({size})", "{count} files ({size})", found.files, { size: formatSize(found.bytes) }),
    found.mails > 0 && tn("{count} mail", "{count} mails", found.mails),
  ];
  return (
    <>
      <p>{t("This goes, for everybody, and cannot be brought back:")}</p>
      <ul class="dialog-list">{lines.map((line) => line && <li key={line}>{line}</li>)}</ul>
    </>
  );
}
