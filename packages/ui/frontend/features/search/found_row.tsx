/** A ticket that was found, with the place on it that has most of the words. */
import { desk } from "../../app.ts";
import { t, tx } from "../../i18n/translate.ts";
import { messageHref, threadHref } from "../../stores/route.ts";
import type { Found } from "../../stores/search/ticket_search.ts";
import { StatusChip } from "../../ui/chips.tsx";

/** Return where it leads to: the message, where it is one. */
export function hrefOf({ project, ticket, message_id: messageId }: Found): string {
  const { ticket_id: id } = ticket;
  return messageId === null ? threadHref(project.id, id) : messageHref(project.id, id, messageId);
}

const PLACE_WORDS: Record<Found["place"], string> = {
  title: t("Title"),
  tag: t("Tag"),
  person: t("Person"),
  body: t("First text"),
  reply: t("A reply"),
  note: t("Note"),
};

export function FoundRow({ found }: { found: Found }) {
  const { project, ticket, place } = found;
  const isTitle = place === "title";
  return (
    <span class="found">
      <span class="found-line">
        <span class="found-title">{isTitle ? <Snippet found={found} /> : <bdi>{ticket.title}</bdi>}</span>
        <StatusChip status={ticket.status} isStaff={project.session.isStaff.value} />
      </span>
      <span class="found-line found-detail">
        <span class="found-number">{t("Ticket {number}", { number: ticket.ticket_id })}</span>
        {desk.hasSeveral && <bdi>{project.name}</bdi>}
        <bdi>{ticket.customer_name}</bdi>
        {!isTitle && (
          <span class="found-snippet">
            {tx("{place}: {words}", { place: PLACE_WORDS[place], words: <Snippet found={found} /> })}
          </span>
        )}
      </span>
    </span>
  );
}

/** The words of the server, those that were asked for marked. */
function Snippet({ found }: { found: Found }) {
  return <bdi>{found.snippet.map(({ text, match }, place) => (match ? <mark key={place}>{text}</mark> : text))}</bdi>;
}
