/** With whom a ticket is shared: its customer invites a colleague by their address, and takes them off again. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { participantsOf } from "../../stores/customers/participants.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX } from "../../stores/route.ts";
import { useChanges, useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { RemovableChip } from "../../ui/removable_chip.tsx";

type GuestsProps = { project: Project; ticket: TicketSummary };

export function Guests({ project, ticket }: GuestsProps) {
  const me = project.session.me.value?.user_id;
  const isOwner = ticket.customer === me;
  useEffect(() => participantsOf(project).follow(ticket.ticket_id), [project, ticket.ticket_id]);
  if (!isOwner) return <Guest project={project} ticket={ticket} />;
  return (
    <div class="case-row">
      <SharedWith project={project} ticket={ticket} />
      <Invite project={project} ticket={ticket} />
    </div>
  );
}

/** With whom a ticket is shared, by their names and before they join by their addresses; a button ends each. */
export function SharedWith({ project, ticket }: GuestsProps) {
  const { problem, make } = useChanges(t("Ticket {number}", { number: ticket.ticket_id }));
  const { ticket_id: id, collaborators } = ticket;
  const people = participantsOf(project);
  const invited = people.of(id).value?.invited ?? [];
  if (collaborators.length + invited.length === 0) return problem && <Problem problem={problem} />;
  return (
    <>
      <span class="case-label" id="shared-with">
        {t("Shared with")}
      </span>
      <ul class="guests" aria-labelledby="shared-with">
        {collaborators.map((userId) => {
          const name = people.find(id, userId)?.name ?? "…";
          return (
            <RemovableChip
              key={userId}
              class="chip guest"
              words={name}
              label={endWords(name)}
              remove={() => make(() => project.changes.uninvite(id, userId))}
            />
          );
        })}
        {invited.map((address) => (
          <RemovableChip
            key={address}
            class="chip guest guest-waits"
            title={t("Has not opened it yet")}
            words={address}
            label={endWords(address)}
            remove={() => make(() => withdraw(project, id, address))}
          />
        ))}
      </ul>
      {problem && <Problem problem={problem} />}
    </>
  );
}

function endWords(name: string): string {
  return t("No longer share it with {name}", { name });
}

/** Take back the invitation of an address that has not joined; throws `ApiError`. */
async function withdraw(project: Project, ticketId: number, email: string): Promise<void> {
  await project.call("ticket.uninvite_address", { ticket_id: ticketId, email });
  participantsOf(project).refresh(ticketId);
}

/** The button that opens a field for an address, and the field. */
export function Invite({ project, ticket }: GuestsProps) {
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    requestAnimationFrame(() => button.current?.focus());
  };
  if (isOpen.value) return <AddressForm project={project} ticket={ticket} close={close} />;
  return (
    <button
      ref={button}
      type="button"
      class="button button-small"
      data-key="invite"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      {project.session.isStaff.value ? t("Invite somebody") : t("Invite a colleague")}
    </button>
  );
}

function AddressForm({ project, ticket, close }: GuestsProps & { close: () => void }) {
  const email = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: ticket.ticket_id }));
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const address = email.value.trim();
    const sent = run(async () => {
      await project.changes.invite(ticket.ticket_id, address);
      participantsOf(project).refresh(ticket.ticket_id);
      desk.announcement.value = t("{address} was invited", { address });
      close();
    });
    // The button was off meanwhile, and has lost the focus.
    void sent.then(() => field.current?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  return (
    <form class="invite" onSubmit={submit} onKeyDown={onKeyDown}>
      <input
        ref={field}
        type="email"
        required
        maxLength={254}
        autocomplete="off"
        aria-label={t("E-mail address of who shall see this ticket")}
        placeholder={t("colleague@example.org")}
        value={email.value}
        onInput={(event) => {
          email.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="button button-small" disabled={isBusy}>
        {t("Invite")}
      </button>
      <button type="button" class="button button-small" onClick={close}>
        {t("Cancel")}
      </button>
      <p class="invite-hint">{t("They get a mail with a link, read this ticket and write on it.")}</p>
      {problem && <Problem problem={problem} />}
    </form>
  );
}

/** What a guest is told, and their way out. */
function Guest({ project, ticket }: GuestsProps) {
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: ticket.ticket_id }));
  const me = project.session.me.value?.user_id ?? "";
  if (!ticket.collaborators.includes(me)) return null;
  const leave = () =>
    run(async () => {
      await project.call("ticket.uninvite", { ticket_id: ticket.ticket_id, user_id: me });
      go(INBOX);
    });
  return (
    <div class="case-row">
      <p class="case-words">{t("{name} shares this ticket with you.", { name: ticket.customer_name })}</p>
      <button type="button" class="button button-small" disabled={isBusy} onClick={leave}>
        {t("Leave it")}
      </button>
      {problem && <Problem problem={problem} />}
    </div>
  );
}
