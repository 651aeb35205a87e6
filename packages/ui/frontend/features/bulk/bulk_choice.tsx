/** A control of the bar: a choice that is made for every selected ticket. */
import type { ComponentChildren } from "preact";
import type { TicketPatch } from "../../stores/tickets/ticket_patch.ts";
import { Select } from "../../ui/select.tsx";

/** Sets the fields of every selected ticket; the words say what it does. */
export type SetFields = (patch: TicketPatch, words: string) => void;

type BulkChoiceProps = {
  label: string;
  name: string;
  choose: (value: string) => void;
  children: ComponentChildren;
};

/** A choice that stands at its own name, and does what is chosen. */
export function BulkChoice({ label, name, choose, children }: BulkChoiceProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it.
    <label class="bulk-field">
      <span class="unseen">{label}</span>
      <Select value="" name={name} choose={(value) => value !== "" && choose(value)}>
        <option value="">{label}</option>
        {children}
      </Select>
    </label>
  );
}
