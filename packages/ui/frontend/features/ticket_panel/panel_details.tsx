/** What an agent needs less often: who takes part, who asks, what is linked, what was said of the answer. */
import { t } from "../../i18n/translate.ts";
import { CustomerCard } from "../customer_card/customer_card.tsx";
import { RatingGiven } from "../customer_card/rating_given.tsx";
import { Invite, SharedWith } from "../customer_ticket/guests.tsx";
import { DeleteTicket } from "./delete_ticket.tsx";
import { Followers } from "./followers.tsx";
import type { PanelProps } from "./panel_field.tsx";
import { TicketLinks } from "./ticket_links.tsx";

export function PanelDetails({ project, ticket }: PanelProps) {
  const isOpen = ticket.merged_into === null;
  return (
    <>
      <CustomerCard project={project} ticket={ticket} />
      <RatingGiven project={project} ticket={ticket} />
      <Followers project={project} ticket={ticket} />
      <div class="panel-field">
        <span class="panel-label">{t("Invited")}</span>
        <SharedWith project={project} ticket={ticket} />
        {isOpen && <Invite project={project} ticket={ticket} />}
      </div>
      <TicketLinks project={project} ticket={ticket} />
      <DeleteTicket project={project} ticket={ticket} />
    </>
  );
}
