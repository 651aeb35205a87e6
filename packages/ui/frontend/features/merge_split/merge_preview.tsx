/** Two tickets side by side: which stays, what moves, who is told, and that there is no way back. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { TicketSummary } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { formatDay } from "../../i18n/times.ts";
import { t, tn } from "../../i18n/translate.ts";
import { chooseTarget, type MergePlan, planMerge } from "../../stores/merging/merge_plan.ts";
import { plainWords } from "../../stores/plain_words.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { StatusChip } from "../../ui/chips.tsx";
import { useSending } from "../../ui/hooks/use_changes.ts";
import { Problem } from "../../ui/problem.tsx";
import { TagChip } from "../../ui/tag_chip.tsx";
import { selection } from "../bulk/bulk.ts";
import { overlay } from "../commands/overlays.ts";
import { Invite } from "./invite_both.tsx";
import { MergeConsequences } from "./merge_consequences.tsx";
import { useTicket } from "./use_ticket.ts";

type MergePreviewProps = {
  project: Project;
  one: number;
  other: number;
  /** Those that are merged after them. */
  rest: readonly number[];
  close: () => void;
  pickAnother: () => void;
};

export function MergePreview({ project, one, other, rest, close, pickAnother }: MergePreviewProps) {
  const first = useTicket(project, one);
  const second = useTicket(project, other);
  const problem = first.problem ?? second.problem;
  if (problem !== null) {
    return (
      <>
        <Problem problem={problem} />
        <Ways close={close} pickAnother={pickAnother} />
      </>
    );
  }
  if (first.ticket === null || second.ticket === null) return <p class="merge-wait">{t("Loading…")}</p>;
  const ways = { rest, close, pickAnother };
  return <Pair project={project} tickets={[first.ticket, second.ticket]} {...ways} />;
}

function Ways({ close, pickAnother }: Pick<MergePreviewProps, "close" | "pickAnother">) {
  return (
    <>
      <button type="button" class="button" onClick={pickAnother}>
        {t("Another ticket")}
      </button>
      <button type="button" class="button" onClick={close}>
        {t("Cancel")}
      </button>
    </>
  );
}

type PairProps = Pick<MergePreviewProps, "project" | "rest" | "close" | "pickAnother"> & {
  tickets: [TicketSummary, TicketSummary];
};

function Pair({ project, tickets, rest, close, pickAnother }: PairProps) {
  const [one, other] = tickets;
  const stays = useSignal(chooseTarget(one, other).ticket_id);
  const reopens = useSignal(false);
  const { isBusy, problem, run } = useSending(t("Ticket {number}", { number: one.ticket_id }));
  const [source, target] = stays.value === one.ticket_id ? [other, one] : [one, other];
  const plan = planMerge(source, target);
  useEffect(() => {
    reopens.value = false;
  }, [stays.value]);
  const merge = async () => {
    const drawn = overlay.peek();
    const params = { ticket_id: source.ticket_id, into: target.ticket_id, reopen: reopens.value };
    const merged = await project.call("ticket.merge", params);
    project.data.putTicket(merged, 0);
    desk.announcement.value = mergedWords(source, target);
    const [next, ...others] = rest;
    if (next === undefined) {
      selection.clear();
      close();
      go(threadHref(project.id, target.ticket_id));
    } else {
      // What is merged is done with; those that are left stay selected, also when this preview or the next one is left.
      selection.remove([ticketKey(project.id, source.ticket_id)]);
      if (overlay.peek() !== drawn) return;
      overlay.value = { name: "merge", project, ticketId: target.ticket_id, other: next, rest: others };
    }
  };
  const isBlocked = plan.obstacle !== null || (plan.needsReopen && !reopens.value);
  return (
    <form
      class="merge-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBlocked) void run(merge);
      }}
    >
      <fieldset class="merge-pair">
        <legend>{t("Which one stays?")}</legend>
        {tickets.map((ticket) => (
          <Side
            key={ticket.ticket_id}
            project={project}
            ticket={ticket}
            stays={stays.value === ticket.ticket_id}
            choose={() => (stays.value = ticket.ticket_id)}
          />
        ))}
      </fieldset>
      <Obstacle plan={plan} source={source} target={target} />
      {plan.obstacle === "people" && <Invite project={project} source={source} target={target} plan={plan} />}
      {plan.obstacle === null && <MergeConsequences project={project} plan={plan} source={source} target={target} />}
      {plan.obstacle === null && plan.needsReopen && (
        <label class="merge-reopen">
          <input
            type="checkbox"
            checked={reopens.value}
            onChange={(event) => {
              reopens.value = event.currentTarget.checked;
            }}
          />{" "}
          {t("Open ticket {number} again, which is closed", { number: target.ticket_id })}
        </label>
      )}
      {problem && <Problem problem={problem} />}
      <div class="merge-end">
        <Ways close={close} pickAnother={pickAnother} />
        <button type="submit" class="button button-strong" disabled={isBlocked || isBusy}>
          {isBusy
            ? t("Merging…")
            : t("Merge {source} into {target}", { source: source.ticket_id, target: target.ticket_id })}
        </button>
      </div>
    </form>
  );
}

function mergedWords(source: TicketSummary, target: TicketSummary): string {
  return t("Ticket {source} was merged into ticket {target}", { source: source.ticket_id, target: target.ticket_id });
}

type SideProps = { project: Project; ticket: TicketSummary; stays: boolean; choose: () => void };

function Side({ project, ticket, stays, choose }: SideProps) {
  return (
    <label class="merge-side" data-stays={stays}>
      <span class="merge-choice">
        <input type="radio" name="stays" checked={stays} onChange={choose} />
        {stays ? t("Stays") : t("Is closed and leads to the other")}
      </span>
      <strong class="merge-name">
        <bdi>{ticket.title}</bdi>
      </strong>
      <span class="merge-facts">
        <span>{t("Ticket {number}", { number: ticket.ticket_id })}</span>
        <StatusChip status={ticket.status} isStaff />
        <bdi>{ticket.customer_name}</bdi>
        <span>{formatDay(ticket.created_at)}</span>
        <span>{tn("{count} message", "{count} messages", ticket.message_count)}</span>
        <span>{ticket.assignee_name === null ? t("Not assigned") : <bdi>{ticket.assignee_name}</bdi>}</span>
        {ticket.tags.map((tag) => (
          <TagChip key={tag} project={project} tag={tag} />
        ))}
      </span>
      <span class="merge-excerpt" dir="auto">
        {plainWords(ticket.last_message?.excerpt || ticket.excerpt)}
      </span>
    </label>
  );
}

function Obstacle({ plan, source, target }: { plan: MergePlan; source: TicketSummary; target: TicketSummary }) {
  const words = obstacleWords(plan, source, target);
  return words === null ? null : (
    <p class="merge-obstacle" role="alert">
      {words}
    </p>
  );
}

function obstacleWords(plan: MergePlan, source: TicketSummary, target: TicketSummary): string | null {
  if (plan.obstacle === "same") return t("A ticket cannot be merged with itself.");
  if (plan.obstacle === "people") {
    return t(
      "Other people see the one ticket than the other, and merging shows no one what they could not read before.",
    );
  }
  const merged = plan.obstacle === "source-merged" ? source : target;
  if (plan.obstacle === null) return null;
  return t("Ticket {number} was merged into ticket {into} already.", {
    number: merged.ticket_id,
    into: merged.merged_into ?? "",
  });
}
