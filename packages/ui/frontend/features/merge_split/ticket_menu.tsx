/** What is seldom done with a ticket, under a button of its head; and where it came from. */
import { useRef } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { overlay } from "../commands/overlays.ts";
import { splitting } from "./splitting.ts";

type TicketMenuProps = { project: Project; ticket: TicketSummary };

export function TicketMenu({ project, ticket }: TicketMenuProps) {
  if (!project.session.isStaff.value) return null;
  return (
    <>
      {ticket.split_from !== null && (
        <a class="ticket-origin" href={threadHref(project.id, ticket.split_from)}>
          {t("Split from ticket {number}", { number: ticket.split_from })}
        </a>
      )}
      {ticket.merged_into === null && <Menu project={project} ticket={ticket} />}
    </>
  );
}

/** A disclosure of plain buttons: it needs no keys of its own. */
function Menu({ project, ticket }: TicketMenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const summary = useRef<HTMLElement>(null);
  const close = () => details.current?.removeAttribute("open");
  const run = (work: () => void) => {
    // What is opened gives the focus back to where it was: an entry is hidden by then.
    summary.current?.focus();
    close();
    work();
  };
  const chosen = { project, ticketId: ticket.ticket_id };
  return (
    <details
      ref={details}
      class="ticket-menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !event.currentTarget.open) return;
        event.stopPropagation();
        close();
        summary.current?.focus();
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <summary ref={summary} class="button button-small">
        {t("More")}
      </summary>
      <div class="ticket-menu-list">
        <button type="button" onClick={() => run(() => (overlay.value = { name: "merge", ...chosen, other: null }))}>
          {t("Merge with another ticket…")}
        </button>
        <button type="button" onClick={() => run(() => splitting.start(chosen))}>
          {t("Split messages off…")}
        </button>
      </div>
    </details>
  );
}
