/** The days on which the desk is closed: a list, and a field for one more. */
import { useSignal } from "@preact/signals";
import { dateFormat } from "../../../i18n/formats.ts";
import { t } from "../../../i18n/translate.ts";
import { type Form, faultOf } from "../../../stores/settings/form.ts";
import { withHoliday } from "../../../stores/settings/hours.ts";
import { Close } from "../../../ui/icons.tsx";
import { Field } from "../parts/fields.tsx";
import type { HoursValues } from "./hours_values.ts";

export function Holidays({ form }: { form: Form<HoursValues> }) {
  const typed = useSignal("");
  const { holidays } = form.values.value;
  const add = () => {
    if (typed.value === "") return;
    form.set("holidays", withHoliday(holidays, typed.value));
    typed.value = "";
  };
  return (
    <>
      {holidays.length > 0 && (
        <ul class="holidays" aria-label={t("Holidays")}>
          {holidays.map((day) => (
            <li key={day} class="holiday">
              {dayWords(day)}
              <button
                type="button"
                class="icon-button"
                aria-label={t("Take {day} off", { day: dayWords(day) })}
                onClick={() =>
                  form.set(
                    "holidays",
                    holidays.filter((one) => one !== day),
                  )
                }
              >
                <Close />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="settings-row settings-row-end">
        <Field label={t("Another holiday")} fault={faultOf(form.problem.value, "holidays")}>
          {(aria) => (
            <input
              {...aria}
              type="date"
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
                event.preventDefault();
                add();
              }}
            />
          )}
        </Field>
        <button type="button" class="button" disabled={typed.value === ""} onClick={add}>
          {t("Add")}
        </button>
      </div>
    </>
  );
}

function dayWords(day: string): string {
  return dateFormat({ dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));
}
