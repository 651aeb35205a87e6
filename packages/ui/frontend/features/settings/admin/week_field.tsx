/** The open hours of each day of the week. */
import { t } from "../../../i18n/translate.ts";
import { type Form, faultOf } from "../../../stores/settings/form.ts";
import { dayName, type Shift, WEEKDAYS, type Weekday, withNextShift } from "../../../stores/settings/hours.ts";
import { Close, Plus } from "../../../ui/icons.tsx";
import { Fault } from "../parts/fields.tsx";
import type { HoursValues } from "./hours_values.ts";

const MOST_SHIFTS = 6;

export function WeekField({ form }: { form: Form<HoursValues> }) {
  const { week } = form.values.value;
  return (
    <div class="week">
      {WEEKDAYS.map((day) => (
        <DayRow
          key={day}
          name={dayName(day)}
          shifts={week[day]}
          fault={faultOf(form.problem.value, `open_hours.${day}`)}
          set={(shifts) => form.set("week", { ...week, [day]: shifts })}
        />
      ))}
      <WholeFault form={form} />
    </div>
  );
}

/** What is wrong with the hours and with no single day. */
function WholeFault({ form }: { form: Form<HoursValues> }) {
  const isOfDay = WEEKDAYS.some((day: Weekday) => faultOf(form.problem.value, `open_hours.${day}`) !== null);
  const fault = isOfDay ? null : faultOf(form.problem.value, "open_hours");
  return <Fault fault={fault} />;
}

type DayRowProps = { name: string; shifts: Shift[]; fault: string | null; set: (shifts: Shift[]) => void };

function DayRow({ name, shifts, fault, set }: DayRowProps) {
  return (
    <fieldset class="weekday">
      <legend class="label">{name}</legend>
      <div class="shifts">
        {shifts.length === 0 && <span class="day-closed">{t("Closed")}</span>}
        {shifts.map((shift, number) => (
          <ShiftFields
            // Shifts have no name but their place.
            key={`${number} of ${shifts.length}`}
            shift={shift}
            set={(next) => set(next === null ? shifts.toSpliced(number, 1) : shifts.with(number, next))}
          />
        ))}
        {shifts.length < MOST_SHIFTS && (
          <button type="button" class="button button-small" onClick={() => set(withNextShift(shifts))}>
            <Plus /> {shifts.length === 0 ? t("Set hours") : t("More hours")}
            <span class="unseen"> {name}</span>
          </button>
        )}
      </div>
      <Fault fault={fault} />
    </fieldset>
  );
}

function ShiftFields({ shift, set }: { shift: Shift; set: (shift: Shift | null) => void }) {
  return (
    <span class="shift">
      <input
        type="time"
        aria-label={t("From")}
        value={shift.from}
        onInput={(event) => set({ ...shift, from: event.currentTarget.value })}
      />
      <span aria-hidden="true">–</span>
      <input
        type="time"
        aria-label={t("Until")}
        value={shift.until}
        onInput={(event) => set({ ...shift, until: event.currentTarget.value })}
      />
      <button type="button" class="icon-button" aria-label={t("Take these hours off")} onClick={() => set(null)}>
        <Close />
      </button>
    </span>
  );
}
