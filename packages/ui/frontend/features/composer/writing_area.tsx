/** The text of a reply or a note, and what is offered while it is typed. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { ApiError } from "../../api/errors.ts";
import type { MessageKind, TicketSummary } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import type { Draft } from "../../stores/drafts/draft.ts";
import type { Project } from "../../stores/project.ts";
import { fitHeight } from "../../ui/forms.ts";
import { EntryList, offerId } from "../../ui/offers.tsx";
import type { Trigger } from "./triggers.ts";
import { useCompletions } from "./use_completions.tsx";

const OFFERS = "completions";
const OF_NOTES: readonly Trigger[] = ["@", "/", ":"];
const OF_REPLIES: readonly Trigger[] = ["/", ":"];
const OF_CUSTOMERS: readonly Trigger[] = [":"];

type WritingAreaProps = {
  project: Project;
  ticket: TicketSummary;
  draft: Draft;
  area: RefObject<HTMLTextAreaElement | null>;
  fail: (problem: ApiError) => void;
};

export function WritingArea({ project, ticket, draft, area, fail }: WritingAreaProps) {
  const { kind } = draft.place;
  const isNote = kind === "note";
  const isStaff = project.session.isStaff.value;
  const { body } = draft.content.value;
  useLayoutEffect(() => fitHeight(area.current), [body]);
  const set = (text: string) => draft.set({ body: text });
  const triggers = isNote ? OF_NOTES : isStaff ? OF_REPLIES : OF_CUSTOMERS;
  const completions = useCompletions({ project, ticketId: ticket.ticket_id, area, triggers, set, fail });
  const { offers } = completions;
  return (
    <div class="composer-text">
      <label class="composer-field">
        <span class={isNote ? "composer-label" : "unseen"}>
          {isNote ? t("Internal note: only agents will see this") : t("Reply")}
        </span>
        <textarea
          ref={area}
          rows={2}
          dir="auto"
          value={body}
          placeholder={placeholder(kind, isStaff, ticket)}
          aria-autocomplete="list"
          aria-controls={offers.isOpen ? OFFERS : undefined}
          aria-activedescendant={offers.isOpen ? offerId(OFFERS, offers.chosen) : undefined}
          onInput={(event) => {
            set(event.currentTarget.value);
            completions.follow();
          }}
          onKeyDown={(event) => offers.takeKey(event, completions.choose)}
          onClick={() => offers.isOpen && completions.follow()}
          onBlur={() => {
            offers.close();
            draft.flush();
          }}
        />
      </label>
      <EntryList
        id={OFFERS}
        label={completions.label}
        offers={offers}
        choose={completions.choose}
        look={(one) => one}
      />
    </div>
  );
}

function placeholder(kind: MessageKind, isStaff: boolean, ticket: TicketSummary): string {
  if (kind === "note") return t("What should the other agents know? @ calls one of them");
  return isStaff
    ? t("Answer {name}; / brings a canned reply", { name: ticket.customer_name })
    : t("Add to your ticket");
}
