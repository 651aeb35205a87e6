/** One ticket: what was asked, what was answered, and the form to go on. */
import { useEffect, useRef } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { Back } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";
import { TicketPanel } from "../ticket_panel/ticket_panel.tsx";
import { Composer } from "./composer.tsx";
import { Messages } from "./messages.tsx";

type ThreadProps = { project: Project; ticketId: number };

export function ThreadView({ project, ticketId }: ThreadProps) {
  const isKnown = project.session.me.value !== null;
  return isKnown ? <OpenThread project={project} ticketId={ticketId} /> : null;
}

function OpenThread({ project, ticketId }: ThreadProps) {
  const thread = project.thread(ticketId);
  const ticket = project.data.ticket(ticketId);
  const problem = thread.problem.value;
  const retry = () => void project.loadThread(ticketId);
  if (ticket === null) {
    return (
      <section class="thread">
        <BackLink />
        {problem && <Problem problem={problem} onRetry={retry} />}
      </section>
    );
  }
  return (
    <section class="thread" aria-labelledby="thread-title">
      <Title project={project} ticket={ticket} />
      <Messages project={project} ticket={ticket} thread={thread} />
      {problem && <Problem problem={problem} onRetry={retry} />}
      {ticket.merged_into === null ? (
        <Composer project={project} ticket={ticket} />
      ) : (
        <Merged project={project} into={ticket.merged_into} />
      )}
      {project.session.isStaff.value && <TicketPanel project={project} ticket={ticket} />}
    </section>
  );
}

/** What stands in place of the composer where a ticket has come to its end. */
function Merged({ project, into }: { project: Project; into: number }) {
  return (
    <p class="thread-merged">
      This ticket was merged into <a href={threadHref(project.id, into)}>ticket {into}</a>, where it goes on.
    </p>
  );
}

function BackLink() {
  return (
    <a class="back" href={INBOX}>
      <Back /> All tickets
    </a>
  );
}

function Title({ project, ticket }: { project: Project; ticket: TicketSummary }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header class="thread-head">
      <BackLink />
      <h1 id="thread-title" ref={heading} tabIndex={-1}>
        {ticket.title}
      </h1>
      <div class="thread-marks">
        <StatusChip status={ticket.status} isStaff={project.session.isStaff.value} />
        <PriorityChip priority={ticket.priority} />
        {!project.session.isStaff.value &&
          ticket.tags.map((tag) => (
            <span key={tag} class="chip tag">
              {tag}
            </span>
          ))}
        <span class="thread-number">
          {desk.hasSeveral && <span class="thread-project">{project.name}</span>}
          Ticket {ticket.ticket_id}
        </span>
      </div>
    </header>
  );
}
