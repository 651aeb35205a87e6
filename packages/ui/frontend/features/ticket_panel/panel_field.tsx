/** A field of the panel under its label, and what the fields are given. */
import type { ComponentChildren } from "preact";
import type { TicketSummary } from "../../api/wire.ts";
import type { Project } from "../../stores/project.ts";
import type { TicketPatch } from "../../stores/tickets/ticket_patch.ts";

export type PanelProps = { project: Project; ticket: TicketSummary };
/** Changes the ticket, and undoes it when it is refused. */
export type Apply = (patch: TicketPatch) => void;

export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it.
    <label class="panel-field" title={label}>
      <span class="panel-label">{label}</span>
      {children}
    </label>
  );
}
