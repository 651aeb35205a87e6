/** The controls of the bar: each does one thing with every selected ticket. */
import type { Priority, Status } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { formatMoment } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import type { Project } from "../../stores/project.ts";
import { PRIORITIES } from "../../stores/tickets/priorities.ts";
import type { TicketPatch } from "../../stores/tickets/ticket_patch.ts";
import { useTeam } from "../../ui/hooks/use_team.ts";
import { actionNamed } from "../commands/actions.ts";
import { SNOOZE_WORDS, snoozeTimes } from "../ticket_panel/snooze_times.ts";
import { SETTABLE } from "../ticket_panel/status_choices.ts";
import { change, changes, selectedTickets, selection } from "./bulk.ts";
import { BulkChoice, type SetFields } from "./bulk_choice.tsx";
import { BulkMacro } from "./bulk_macro.tsx";
import { BulkTags } from "./bulk_tags.tsx";

const NO_ONE = "-";

export function BulkFields() {
  // The tickets of two projects have no team in common.
  const [first, ...others] = new Set(selection.keys.value.map((key) => desk.ticketOf(key)?.project));
  const only = others.length === 0 ? (first ?? null) : null;
  const set = (patch: TicketPatch, words: string) => {
    void change(selectedTickets(), { kind: "patch", patch }, words);
  };
  return (
    <fieldset class="bulk-fields" disabled={changes.isRunning.value}>
      <legend class="unseen">{t("Change the selected tickets")}</legend>
      {only !== null && <AssignField project={only} set={set} />}
      <StatusField set={set} />
      <PriorityField set={set} />
      <SnoozeField set={set} />
      <BulkTags project={only} set={set} />
      {only !== null && <BulkMacro project={only} />}
      <button type="button" class="button button-small" onClick={() => set({ status: "solved" }, t("Solve"))}>
        {t("Solve")}
      </button>
      <MergeButton />
    </fieldset>
  );
}

function AssignField({ project, set }: { project: Project; set: SetFields }) {
  const team = useTeam(project);
  const assign = (id: string) => {
    const user = team.find((one) => one.user_id === id);
    if (id === NO_ONE) set({ assignee: null }, t("Assign to no one"));
    else if (user !== undefined) set({ assignee: id }, t("Assign to {name}", { name: user.name }));
  };
  return (
    <BulkChoice label={t("Assign")} name="assign" choose={assign}>
      {team.map((user) => (
        <option key={user.user_id} value={user.user_id}>
          {user.user_id === project.session.me.value?.user_id ? t("{name} (you)", { name: user.name }) : user.name}
        </option>
      ))}
      <option value={NO_ONE}>{t("Not assigned")}</option>
    </BulkChoice>
  );
}

function StatusField({ set }: { set: SetFields }) {
  const choose = (status: string) => {
    set({ status: status as Status }, t("Set the status {status}", { status: statusWord(status as Status, true) }));
  };
  return (
    <BulkChoice label={t("Status")} name="status" choose={choose}>
      {SETTABLE.map((status) => (
        <option key={status} value={status}>
          {statusWord(status, true)}
        </option>
      ))}
    </BulkChoice>
  );
}

function PriorityField({ set }: { set: SetFields }) {
  const choose = (value: string) => {
    const priority = value as Priority;
    set({ priority }, t("Set the priority {priority}", { priority: PRIORITY_WORDS[priority] }));
  };
  return (
    <BulkChoice label={t("Priority")} name="priority" choose={choose}>
      {PRIORITIES.map((priority) => (
        <option key={priority} value={priority}>
          {PRIORITY_WORDS[priority]}
        </option>
      ))}
    </BulkChoice>
  );
}

function SnoozeField({ set }: { set: SetFields }) {
  const choose = (time: string) => {
    const until = Number(time);
    set({ status: "snoozed", snoozed_until: until }, t("Snooze until {time}", { time: formatMoment(until) }));
  };
  return (
    <BulkChoice label={t("Snooze")} name="snooze" choose={choose}>
      {snoozeTimes(new Date()).map(({ name, time }) => (
        <option key={name} value={time}>
          {SNOOZE_WORDS[name]}, {formatMoment(time)}
        </option>
      ))}
    </BulkChoice>
  );
}

function MergeButton() {
  const count = selection.count.value;
  return (
    <button
      type="button"
      class="button button-small"
      disabled={count < 2}
      title={count < 2 ? t("Select two tickets or more") : undefined}
      onClick={() => actionNamed("merge")?.run()}
    >
      {t("Merge")}
    </button>
  );
}
