/** What agents set on a ticket; each choice is shown at once, and undone with the reason when it is refused. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Priority, Status, TicketSummary, User } from "../../api/wire.ts";
import { PANEL_WORDS } from "../../i18n/panel_words.ts";
import { PRIORITY_WORDS, statusWord } from "../../i18n/words.ts";
import { colleaguesOf } from "../../stores/colleagues.ts";
import type { Project } from "../../stores/project.ts";
import type { TicketPatch } from "../../stores/tickets/ticket_patch.ts";
import { Problem } from "../../ui/problem.tsx";
import { Select } from "../../ui/select.tsx";
import { useChanges } from "../../ui/use_changes.ts";
import { Snooze } from "./snooze.tsx";
import { statusChoices } from "./status_choices.ts";
import { TicketTags } from "./ticket_tags.tsx";

// The longest list that the server gives.
const TEAM = 50;
const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];

export type Apply = (patch: TicketPatch) => void;
type PanelProps = { project: Project; ticket: TicketSummary };

export function TicketPanel({ project, ticket }: PanelProps) {
  const { problem, make } = useChanges();
  const set: Apply = (patch) => make(() => project.update(ticket.ticket_id, patch));
  return (
    <aside class="panel" aria-label={PANEL_WORDS.label}>
      <Assignee project={project} ticket={ticket} set={set} />
      <Field label={PANEL_WORDS.status}>
        <Select value={ticket.status} choose={(status) => set({ status: status as Status })} name="status">
          {statusChoices(ticket.status).map((status) => (
            <option key={status} value={status}>
              {statusWord(status, true)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={PANEL_WORDS.priority}>
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
      {problem && <Problem problem={problem} />}
    </aside>
  );
}

export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it.
    <label class="panel-field">
      <span class="panel-label">{label}</span>
      {children}
    </label>
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
      <Field label={PANEL_WORDS.assignee}>
        <Select value={assignee ?? ""} choose={(user) => set({ assignee: user || null })} name="assign">
          <option value="">{PANEL_WORDS.unassigned}</option>
          {!isListed && <option value={assignee}>{colleaguesOf(project).nameOf(assignee) ?? assignee}</option>}
          {team.map((user) => (
            <option key={user.user_id} value={user.user_id}>
              {user.name}
            </option>
          ))}
        </Select>
      </Field>
      {me !== null && assignee !== me.user_id && (
        <button type="button" class="button button-small" onClick={() => set({ assignee: me.user_id })}>
          {PANEL_WORDS.take}
        </button>
      )}
    </div>
  );
}

function useTeam(project: Project): User[] {
  const [team, setTeam] = useState<User[]>([]);
  useEffect(() => {
    colleaguesOf(project)
      .find("", TEAM)
      .then(setTeam, () => {});
  }, [project]);
  return team;
}
