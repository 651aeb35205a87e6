/** What agents set on a ticket; each choice is shown at once, and undone with the reason when it is refused. */
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Priority, Status } from "../../api/wire.ts";
import { t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import { participantsOf } from "../../stores/customers/participants.ts";
import { PRIORITIES } from "../../stores/tickets/priorities.ts";
import { useChanges } from "../../ui/hooks/use_changes.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import { useTeam } from "../../ui/hooks/use_team.ts";
import { assigneeName } from "../../ui/person_name.ts";
import { Problem } from "../../ui/problem.tsx";
import { Select } from "../../ui/select.tsx";
import { PanelDetails } from "./panel_details.tsx";
import { type Apply, Field, type PanelProps } from "./panel_field.tsx";
import { usePanelPlace } from "./panel_place.ts";
import { Snooze } from "./snooze.tsx";
import { statusChoices } from "./status_choices.ts";
import { FirstResponse } from "./target.tsx";
import { TicketTags } from "./ticket_tags.tsx";

/** Whether the row shows all; it stays so from ticket to ticket. */
const showsMore = signal(false);

/** In a column all of it is shown; in a row, what is needed less often waits behind a button. */
export function TicketPanel({ project, ticket }: PanelProps) {
  const place = usePanelPlace();
  useEffect(() => participantsOf(project).follow(ticket.ticket_id), [project, ticket.ticket_id]);
  if (place === "sheet") return <PanelSheet project={project} ticket={ticket} />;
  return (
    <aside class="panel" data-place={place} aria-label={t("About this ticket")}>
      <Controls project={project} ticket={ticket} />
      {place === "column" ? (
        <PanelDetails project={project} ticket={ticket} />
      ) : (
        <More project={project} ticket={ticket} />
      )}
    </aside>
  );
}

function More({ project, ticket }: PanelProps) {
  const isOpen = showsMore.value;
  const toggle = () => {
    showsMore.value = !isOpen;
  };
  return (
    <>
      <button
        type="button"
        class="button button-small panel-toggle"
        data-key={isOpen ? undefined : "details"}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        {isOpen ? t("Fewer details") : t("More details")}
      </button>
      {isOpen && (
        <div class="panel-details">
          <PanelDetails project={project} ticket={ticket} />
        </div>
      )}
    </>
  );
}

/** On a phone, one line says what matters; all of it opens over the thread. */
function PanelSheet({ project, ticket }: PanelProps) {
  // Which opening it is: one that is opened as it closes is a sheet of its own.
  const opening = useSignal(0);
  const isOpen = useSignal(false);
  const open = () => {
    opening.value += 1;
    isOpen.value = true;
  };
  const closed = () => {
    isOpen.value = false;
  };
  return (
    <aside class="panel" data-place="sheet" aria-label={t("About this ticket")}>
      <button type="button" class="panel-summary" data-key="sheet" onClick={open}>
        <bdi>{assigneeName(project, ticket)}</bdi>
        <span>{PRIORITY_WORDS[ticket.priority]}</span>
        <span class="panel-summary-more">{t("Details")}</span>
      </button>
      {isOpen.value && <Sheet key={opening.value} project={project} ticket={ticket} closed={closed} />}
    </aside>
  );
}

function Sheet({ project, ticket, closed }: PanelProps & { closed: () => void }) {
  const { dialog, close } = useModal(closed);
  return (
    <dialog {...dialog} class="panel-sheet" aria-label={t("About this ticket")}>
      <button type="button" class="button panel-close" onClick={close}>
        {t("Close")}
      </button>
      <Controls project={project} ticket={ticket} />
      <PanelDetails project={project} ticket={ticket} />
    </dialog>
  );
}

function Controls({ project, ticket }: PanelProps) {
  const { problem, make } = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  const set: Apply = (patch) => make(() => project.update(ticket.ticket_id, patch));
  return (
    <>
      <Assignee project={project} ticket={ticket} set={set} />
      <Field label={t("Status")}>
        <Select value={ticket.status} choose={(status) => set({ status: status as Status })} name="status">
          {statusChoices(ticket.status).map((status) => (
            <option key={status} value={status}>
              {statusWord(status, true)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("Priority")}>
        <Select value={ticket.priority} choose={(priority) => set({ priority: priority as Priority })} name="priority">
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {PRIORITY_WORDS[priority]}
            </option>
          ))}
        </Select>
      </Field>
      <Snooze ticket={ticket} set={set} />
      <TicketTags project={project} ticket={ticket} set={set} />
      <FirstResponse ticket={ticket} />
      {problem && <Problem problem={problem} />}
    </>
  );
}

function Assignee({ project, ticket, set }: PanelProps & { set: Apply }) {
  const me = project.session.me.value;
  const team = useTeam(project);
  const { assignee } = ticket;
  // Who has it may be beyond the longest list, or gone.
  const isListed = assignee === null || team.some((user) => user.user_id === assignee);
  return (
    <div class="panel-group">
      <Field label={t("Assignee")}>
        <Select value={assignee ?? ""} choose={(user) => set({ assignee: user || null })} name="assign">
          <option value="">{t("Not assigned")}</option>
          {!isListed && <option value={assignee}>{assigneeName(project, ticket)}</option>}
          {team.map((user) => (
            <option key={user.user_id} value={user.user_id}>
              {user.name}
            </option>
          ))}
        </Select>
      </Field>
      {me !== null && assignee !== me.user_id && (
        <button type="button" class="button button-small" onClick={() => set({ assignee: me.user_id })}>
          {t("Take it")}
        </button>
      )}
    </div>
  );
}
