/** Looks for the ticket that another one is merged with: by its number or by words. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { askedOf } from "../../stores/search/query.ts";
import { TicketSearch } from "../../stores/search/ticket_search.ts";
import { StatusChip } from "../../ui/chips.tsx";
import { Problem } from "../../ui/problem.tsx";
import { typedNumber } from "../commands/commands.ts";
import { Finder } from "../finder/finder.tsx";
import type { Option } from "../finder/finder_options.ts";

const MOST_OWN = 8;

type TicketPickerProps = { project: Project; ticketId: number; choose: (id: number) => void };

export function TicketPicker({ project, ticketId, choose }: TicketPickerProps) {
  const typed = useSignal("");
  const search = useMemo(() => new TicketSearch(() => [project]), [project]);
  useEffect(() => () => search.close(), [search]);
  const customer = project.data.ticket(ticketId)?.customer;
  const onInput = (text: string) => {
    typed.value = text;
    search.ask(askedOf({ filters: [], text }));
  };
  const number = typedNumber(typed.value);
  const found = search.found.value.map(({ ticket }) => ticket);
  // Where nothing is typed: those of the same customer, who may have written twice.
  const listed = desk.pagesOf(project).list.tickets.value;
  const own = listed.filter((ticket) => ticket.customer === customer).slice(0, MOST_OWN);
  const tickets = (typed.value.trim() === "" ? own : found).filter(isCandidate);
  const byNumber: Option[] =
    number === null || number === ticketId
      ? []
      : [
          {
            id: `number ${number}`,
            staysOpen: true,
            isSure: true,
            content: <span class="finder-words">{t("Ticket {number}", { number })}</span>,
            run: () => choose(number),
          },
        ];
  return (
    <Finder
      label={t("Merge ticket {number} with", { number: ticketId })}
      placeholder={t("Number or words of the other ticket")}
      value={typed.value}
      onInput={onInput}
      options={[...byNumber, ...tickets.map((ticket) => optionOf(project, ticket, choose))]}
      choosesFirst
      isStale={search.isStale.value}
      notice={search.problem.value && <Problem problem={search.problem.value} onRetry={() => search.retry()} />}
      onEnd={() => void search.loadMore()}
    />
  );

  function isCandidate(ticket: TicketSummary): boolean {
    return ticket.ticket_id !== ticketId && ticket.merged_into === null && ticket.ticket_id !== number;
  }
}

function optionOf(project: Project, ticket: TicketSummary, choose: (id: number) => void): Option {
  return {
    id: `ticket ${ticket.ticket_id}`,
    staysOpen: true,
    content: (
      <>
        <span class="finder-words">
          <bdi>{ticket.title}</bdi>
        </span>
        <span class="finder-detail">
          {t("Ticket {number}", { number: ticket.ticket_id })} · <bdi>{ticket.customer_name}</bdi>{" "}
          <StatusChip status={ticket.status} isStaff={project.session.isStaff.value} />
        </span>
      </>
    ),
    run: () => choose(ticket.ticket_id),
  };
}
