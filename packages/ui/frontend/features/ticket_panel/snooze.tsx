/** Puts a ticket off until a time, and wakes it up. */
import { useSignal } from "@preact/signals";
import type { TicketSummary } from "../../api/wire.ts";
import { formatMoment } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { Select } from "../../ui/select.tsx";
import { type Apply, Field } from "./panel_field.tsx";
import { readLocalTime, SNOOZE_WORDS, snoozeTimes } from "./snooze_times.ts";

const OTHER = "other";

export function Snooze({ ticket, set }: { ticket: TicketSummary; set: Apply }) {
  const isChoosing = useSignal(false);
  const until = (time: number) => {
    isChoosing.value = false;
    set({ status: "snoozed", snoozed_until: time });
  };
  if (ticket.status === "snoozed" && ticket.snoozed_until !== null) {
    return (
      <div class="panel-group">
        <p class="panel-field">
          <span class="panel-label">{t("Snoozed until")}</span>
          <span class="panel-value">{formatMoment(ticket.snoozed_until)}</span>
        </p>
        <button type="button" class="button button-small" onClick={() => set({ status: "open" })}>
          {t("Wake up")}
        </button>
      </div>
    );
  }
  // A closed ticket has nothing to wait for.
  if (ticket.status === "closed") return null;
  if (isChoosing.value) return <OtherTime until={until} cancel={() => (isChoosing.value = false)} />;
  return <Choices until={until} choose={() => (isChoosing.value = true)} />;
}

function Choices({ until, choose }: { until: (time: number) => void; choose: () => void }) {
  const times = snoozeTimes(new Date());
  const take = (value: string) => {
    if (value === OTHER) choose();
    else if (value !== "") until(Number(value));
  };
  return (
    <Field label={t("Snooze")}>
      <Select value="" choose={take} name="snooze">
        <option value="">{t("Snooze until…")}</option>
        {times.map(({ name, time }) => (
          <option key={name} value={time}>
            {SNOOZE_WORDS[name]}, {formatMoment(time)}
          </option>
        ))}
        <option value={OTHER}>{t("Another time…")}</option>
      </Select>
    </Field>
  );
}

function OtherTime({ until, cancel }: { until: (time: number) => void; cancel: () => void }) {
  const value = useSignal("");
  const time = readLocalTime(value.value);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (time !== null) until(time);
  };
  return (
    <form class="panel-group" onSubmit={submit}>
      <Field label={t("Snooze until")}>
        <input
          type="datetime-local"
          required
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
      </Field>
      <button type="submit" class="button button-small" disabled={time === null}>
        {t("Snooze")}
      </button>
      <button type="button" class="button button-small" onClick={cancel}>
        {t("Cancel")}
      </button>
    </form>
  );
}
