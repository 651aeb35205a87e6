/** The quiet lines of a thread: what changed and who changed it; many of them are folded. */
import type { ComponentChildren } from "preact";
import type { ChangeOfTicket } from "../../api/wire.ts";
import { formatExactly, formatHour, formatMoment } from "../../i18n/times.ts";
import { piecesOf, t, tn } from "../../i18n/translate.ts";
import { threadHref } from "../../stores/route.ts";
import type { History } from "../../stores/tickets/ticket_history.ts";
import { type Line, linesOf } from "./change_lines.ts";

// More of them together stand between a reader and the next message.
const FOLDED_LINES = 4;

type ChangeGroupProps = {
  project: string;
  ticketId: number;
  isStaff: boolean;
  changes: ChangeOfTicket[];
  names: History["names"];
};

type Drawn = { change: ChangeOfTicket; line: Line };

export function ChangeGroup({ project, ticketId, isStaff, changes, names }: ChangeGroupProps) {
  const lines = changes.flatMap((change) => linesOf(change, { ticketId, isStaff }).map((line) => ({ change, line })));
  if (lines.length === 0) return null;
  const list = (
    <ul>
      {lines.map((drawn, index) => (
        <li key={`${drawn.change.change_id} ${index}`}>
          <ChangeLine project={project} drawn={drawn} names={names} />
        </li>
      ))}
    </ul>
  );
  return (
    <li class="changes">
      {lines.length <= FOLDED_LINES ? (
        list
      ) : (
        <details>
          <summary>{tn("{count} change", "{count} changes", lines.length)}</summary>
          {list}
        </details>
      )}
    </li>
  );
}

type ChangeLineProps = { project: string; drawn: Drawn; names: History["names"] };

function ChangeLine({ project, drawn: { change, line }, names }: ChangeLineProps) {
  const nameOf = (id: string): ComponentChildren => <bdi class="change-name">{names[id] ?? t("Somebody")}</bdi>;
  const parts: Record<string, ComponentChildren> = {
    actor: change.actor === null ? t("The desk") : nameOf(change.actor),
    user: line.user === undefined ? null : nameOf(line.user),
    time: line.time === undefined ? null : formatMoment(line.time),
    ticket: line.ticket === undefined ? null : <TicketLink project={project} ticketId={line.ticket} />,
  };
  for (const [name, value] of Object.entries(line.values)) parts[name] = <bdi>{value}</bdi>;
  return (
    <>
      {piecesOf(line.text, parts)}{" "}
      <time datetime={new Date(change.at).toISOString()} title={formatExactly(change.at)}>
        {formatHour(change.at)}
      </time>
    </>
  );
}

function TicketLink({ project, ticketId }: { project: string; ticketId: number }) {
  return <a href={threadHref(project, ticketId)}>{t("ticket {number}", { number: ticketId })}</a>;
}
