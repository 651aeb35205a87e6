/** How a ticket stands to the time by which its first answer was promised. */
import type { TicketSummary } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Nearer than this, an agent had better look.
const SOON_MS = HOUR;

export type Target = { state: "kept" | "missed" | "ahead" | "soon" | "overdue"; due: number; leftMs: number };

/** Return the target of the first answer; null where none was promised. */
export function targetOf(
  { first_response_due: due, first_response_at: at }: TicketSummary,
  now: number,
): Target | null {
  if (due === null) return null;
  if (at !== null) return { state: at <= due ? "kept" : "missed", due, leftMs: due - at };
  const leftMs = due - now;
  if (leftMs < 0) return { state: "overdue", due, leftMs };
  return { state: leftMs < SOON_MS ? "soon" : "ahead", due, leftMs };
}

/** Return what is said of a target, with the time that is left, or that was too much. */
export function targetWords({ state, leftMs }: Target): string {
  const time = spanWords(Math.abs(leftMs));
  switch (state) {
    case "kept":
      return t("Answered in time");
    case "missed":
      return t("Answered {time} late", { time });
    case "overdue":
      return t("Overdue by {time}", { time });
    default:
      return t("{time} left", { time });
  }
}

/** Return a span of time in one or two units; less than a minute counts as one. */
export function spanWords(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE));
  if (ms < HOUR) return tn("{count} minute", "{count} minutes", minutes);
  const hours = Math.floor(ms / HOUR);
  if (ms < DAY) {
    const rest = Math.floor((ms % HOUR) / MINUTE);
    const words = tn("{count} hour", "{count} hours", hours);
    return rest === 0 ? words : t("{hours} {minutes} min", { hours: words, minutes: rest });
  }
  return tn("{count} day", "{count} days", Math.floor(ms / DAY));
}
