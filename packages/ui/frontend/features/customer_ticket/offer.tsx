/** A ticket that its customer shares with the reader's address: it is read, or declined. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { desk, go } from "../../app.ts";
import { t, tx } from "../../i18n/translate.ts";
import { invitationsOf } from "../../stores/customers/invitations.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX, threadHref } from "../../stores/route.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";

type OfferProps = { project: Project; ticketId: number };

/** Say who shares a ticket that the reader does not see yet; `children` stand there where no one does. */
export function Offer({ project, ticketId, children }: OfferProps & { children: ComponentChildren }) {
  const invitations = invitationsOf(project);
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: ticketId }));
  useEffect(() => void invitations.refresh(), [invitations, ticketId]);
  const offer = invitations.find(ticketId);
  if (offer === null) return <>{children}</>;
  const join = () => run(() => invitations.join(ticketId));
  const decline = () =>
    run(async () => {
      await invitations.decline(ticketId);
      go(INBOX);
    });
  return (
    <div class="ticket-offer">
      <p class="case-words">{offerWords(offer.invited_by, ticketId)}</p>
      <button type="button" class="button button-strong" disabled={isBusy} onClick={join}>
        {t("Read it")}
      </button>
      <button type="button" class="button" disabled={isBusy} onClick={decline}>
        {t("No, thank you")}
      </button>
      {problem && <Problem problem={problem} />}
    </div>
  );
}

/** What is shared with the reader, over the list of their own tickets. */
export function Offers() {
  return (
    <>
      {desk.asking.value.map((project) => (
        <OffersOf key={project.id} project={project} />
      ))}
    </>
  );
}

function OffersOf({ project }: { project: Project }) {
  const offers = invitationsOf(project).offers.value;
  if (offers.length === 0) return null;
  return (
    <ul class="ticket-offers" aria-label={t("Shared with you")}>
      {offers.map(({ ticket_id: id, invited_by: name }) => (
        <li key={id}>
          <a href={threadHref(project.id, id)}>{offerWords(name, id)}</a>
        </li>
      ))}
    </ul>
  );
}

function offerWords(name: string, number: number) {
  return tx("{name} shares ticket {number} with you.", { name: <bdi>{name}</bdi>, number });
}
