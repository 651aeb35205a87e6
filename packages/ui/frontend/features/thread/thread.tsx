/** One ticket: what was asked, what was answered, and the form to go on. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t, tx } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { Back } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { TagChip } from "../../ui/tag_chip.tsx";
import { Composer } from "../composer/composer.tsx";
import { goOn, pendingOf } from "../composer/writing.ts";
import { CustomerTicket } from "../customer_ticket/customer_ticket.tsx";
import { Offer } from "../customer_ticket/offer.tsx";
import { SplitBar } from "../merge_split/split_bar.tsx";
import { TicketMenu } from "../merge_split/ticket_menu.tsx";
import { PresenceLine } from "../presence/presence_line.tsx";
import { useViewing } from "../presence/use_presence.ts";
import { TicketPanel } from "../ticket_panel/ticket_panel.tsx";
import { Messages } from "./messages.tsx";

type ThreadProps = { project: Project; ticketId: number };

export function ThreadView({ project, ticketId }: ThreadProps) {
  const isKnown = project.session.me.value !== null;
  return isKnown ? <OpenThread project={project} ticketId={ticketId} /> : null;
}

function OpenThread({ project, ticketId }: ThreadProps) {
  const route = desk.route.value;
  const marked = (route.view === "thread" && route.messageId) || null;
  const thread = project.thread(ticketId);
  const ticket = project.data.ticket(ticketId);
  const problem = thread.problem.value;
  const retry = () => void project.loadThread(ticketId);
  useViewing(project, ticketId);
  if (ticket === null) {
    return (
      <section class="thread">
        <BackLink />
        {problem && (
          <Offer project={project} ticketId={ticketId}>
            <Problem problem={problem} onRetry={retry} />
          </Offer>
        )}
      </section>
    );
  }
  return (
    <section class="thread" aria-labelledby="thread-title">
      <Title project={project} ticket={ticket} />
      <Messages project={project} ticket={ticket} thread={thread} marked={marked} />
      {problem && <Problem problem={problem} onRetry={retry} />}
      <SplitBar project={project} ticket={ticket} />
      {!project.session.isStaff.value && ticket.merged_into === null && (
        <CustomerTicket project={project} ticket={ticket} />
      )}
      {ticket.merged_into === null ? (
        <Composer project={project} ticket={ticket} />
      ) : (
        <Merged key={ticket.merged_into} project={project} ticketId={ticketId} into={ticket.merged_into} />
      )}
      {project.session.isStaff.value && <TicketPanel project={project} ticket={ticket} />}
    </section>
  );
}

/** What stands in place of the composer where a ticket has come to its end; and why what was sent to it came back. */
function Merged({ project, ticketId, into }: ThreadProps & { into: number }) {
  useEffect(() => goOn(project, ticketId, into), [project, ticketId, into]);
  const pending = pendingOf(project);
  const kinds = ["reply", "note"] as const;
  const refusals = kinds.flatMap((kind) => pending.refusalOf(ticketId, kind) ?? []);
  const dismiss = () => {
    for (const kind of kinds) pending.dismiss(ticketId, kind);
  };
  const link = (
    <a href={threadHref(project.id, into)} onClick={dismiss}>
      {t("ticket {number}", { number: into })}
    </a>
  );
  return (
    <>
      {refusals.map(({ message: { token }, problem }) => (
        <Problem key={token} problem={problem} />
      ))}
      <p class="thread-merged">{tx("This ticket was merged into {ticket}, where it goes on.", { ticket: link })}</p>
    </>
  );
}

function BackLink() {
  return (
    <a class="back" href={INBOX}>
      <Back /> {t("All tickets")}
    </a>
  );
}

function Title({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // At once: after the next picture it would take the focus from a field that somebody has turned to.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header class="thread-head">
      <BackLink />
      <h1 id="thread-title" ref={heading} tabIndex={-1}>
        {ticket.title}
      </h1>
      <div class="thread-marks">
        <StatusChip status={ticket.status} isStaff={project.session.isStaff.value} />
        <PriorityChip priority={ticket.priority} />
        {!project.session.isStaff.value && ticket.tags.map((tag) => <TagChip key={tag} project={project} tag={tag} />)}
        <span class="thread-number">
          {desk.hasSeveral && <span class="thread-project">{project.name}</span>}
          {t("Ticket {number}", { number: ticket.ticket_id })}
        </span>
        <TicketMenu project={project} ticket={ticket} />
        <PresenceLine project={project} ticketId={ticket.ticket_id} />
      </div>
    </header>
  );
}
