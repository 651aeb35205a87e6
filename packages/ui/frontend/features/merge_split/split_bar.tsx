/** What becomes of the chosen messages: a title, what will happen, and the button that does it. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { splitting } from "./splitting.ts";

const TITLE_LENGTH = 300;

type SplitBarProps = { project: Project; ticket: TicketSummary };

export function SplitBar({ project, ticket }: SplitBarProps) {
  const isShown = splitting.isOf(project.id, ticket.ticket_id);
  // Another ticket begins without a choice.
  useEffect(() => () => splitting.end(), []);
  return isShown ? <Form project={project} ticket={ticket} /> : null;
}

function Form({ project, ticket }: SplitBarProps) {
  const title = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: ticket.ticket_id }));
  useLayoutEffect(() => field.current?.focus(), []);
  const count = splitting.messages.value.size;
  const isReady = count > 0 && title.value.trim() !== "";
  const split = async () => {
    const made = await project.call("ticket.split", {
      ticket_id: ticket.ticket_id,
      message_ids: [...splitting.messages.peek()],
      title: title.peek().trim(),
    });
    splitting.end();
    project.data.putTicket(made, 0);
    go(threadHref(project.id, made.ticket_id));
    desk.announcement.value = tn(
      "{count} message is ticket {number} now",
      "{count} messages are ticket {number} now",
      count,
      { number: made.ticket_id },
    );
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isReady) void run(split);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    splitting.end();
  };
  return (
    <form class="split" aria-label={t("Split messages off")} onSubmit={submit} onKeyDown={onKeyDown}>
      <p class="split-lead">
        {t("Choose the messages that become a ticket of their own.")}{" "}
        <strong role="status">{tn("{count} chosen", "{count} chosen", count)}</strong>
      </p>
      <input
        ref={field}
        aria-label={t("Title of the new ticket")}
        placeholder={t("Title of the new ticket")}
        maxLength={TITLE_LENGTH}
        dir="auto"
        value={title.value}
        onInput={(event) => {
          title.value = event.currentTarget.value;
        }}
      />
      <p class="split-effects">
        {t("The same people see the new ticket, with the same assignee, priority and tags. No letter is sent.")}{" "}
        {t("To undo it, the new ticket is merged back: its title then stands as a message above the others.")}
      </p>
      {problem && <Problem problem={problem} />}
      <div class="split-end">
        <button type="button" class="button" onClick={() => splitting.end()}>
          {t("Cancel")}
        </button>
        <button type="submit" class="button button-strong" disabled={!isReady || isBusy}>
          {isBusy ? t("Splitting…") : t("Split off")}
        </button>
      </div>
    </form>
  );
}
