/** Status, priority and age of a ticket, in a word each. */
import type { Priority, Status } from "../api/wire.ts";
import { formatAge, formatExactly } from "../i18n/times.ts";
import { PRIORITY_WORDS, statusWord } from "../i18n/words.ts";

export function StatusChip({ status, isStaff }: { status: Status; isStaff: boolean }) {
  return <span class={`chip status-${status}`}>{statusWord(status, isStaff)}</span>;
}

/** Only what departs from the ordinary is worth a reader's eye. */
export function PriorityChip({ priority }: { priority: Priority }) {
  if (priority === "normal") return null;
  return <span class={`chip priority-${priority}`}>{PRIORITY_WORDS[priority]}</span>;
}

export function Age({ time }: { time: number }) {
  return (
    <time datetime={new Date(time).toISOString()} title={formatExactly(time)}>
      {formatAge(time)}
    </time>
  );
}
