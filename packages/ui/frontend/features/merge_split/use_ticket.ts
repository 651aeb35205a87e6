/** A ticket that may not be known yet: it is fetched then. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { TicketSummary } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";

export type Fetched = { ticket: TicketSummary | null; problem: ApiError | null };

export function useTicket(project: Project, ticketId: number): Fetched {
  const fetched = useSignal<TicketSummary | null>(null);
  const problem = useSignal<ApiError | null>(null);
  useEffect(() => {
    let isWanted = true;
    // Also where it is known: what is decided by it is what the server has now.
    project.call("ticket.get", { ticket_id: ticketId }).then(
      (ticket) => {
        if (isWanted) fetched.value = ticket;
      },
      (error) => {
        if (isWanted) problem.value = toApiError(error);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [project, ticketId]);
  const known = project.data.ticket(ticketId);
  const newest = known !== null && (fetched.value === null || known.updated_at >= fetched.value.updated_at);
  return { ticket: newest ? known : fetched.value, problem: problem.value };
}
