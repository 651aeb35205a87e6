/** By when the first answer was promised, and how much time is left. */
import type { TicketSummary } from "../../api/wire.ts";
import { formatExactly, formatMoment, now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { targetOf, targetWords } from "./target_time.ts";

export function FirstResponse({ ticket }: { ticket: TicketSummary }) {
  const target = targetOf(ticket, now.value);
  if (target === null) return null;
  return (
    <div class="panel-field" data-target={target.state}>
      <span class="panel-label">{t("First answer")}</span>
      <p class="panel-value target">
        <strong>{targetWords(target)}</strong>
        <time datetime={new Date(target.due).toISOString()} title={formatExactly(target.due)}>
          {t("due {time}", { time: formatMoment(target.due) })}
        </time>
      </p>
    </div>
  );
}
