/** A form of settings with its end: the button, what became of the last save, and a way back to what is saved. */
import type { ComponentChildren } from "preact";
import { t } from "../../../i18n/translate.ts";
import { type Form, problemBesides } from "../../../stores/settings/form.ts";
import { sendOnCtrlEnter } from "../../../ui/forms.ts";
import { Problem } from "../../../ui/problem.tsx";

type FormFrameProps<Values extends object> = {
  form: Form<Values>;
  /** Sends what differs; see `Form.submit`. */
  send: (changes: Partial<Values>, values: Values) => Promise<Partial<Values> | undefined>;
  /** What happens once it is saved. */
  onSaved?: (() => void) | undefined;
  /** The fields that say what is wrong with them by themselves. */
  fields: readonly string[];
  /** What the button says. */
  verb?: string;
  /** A way out next to the button. */
  onCancel?: (() => void) | undefined;
  label?: string;
  /** Whether it can be sent as it is, without a change, as something new can. */
  isNew?: boolean;
  children: ComponentChildren;
};

export function FormFrame<Values extends object>(props: FormFrameProps<Values>) {
  const { form, send, onSaved, fields, verb, onCancel, label, isNew = false, children } = props;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isNew && !form.isDirty.peek()) return;
    if (await form.submit(send)) onSaved?.();
  };
  const problem = problemBesides(form.problem.value, fields);
  const cancel = () => {
    form.undo();
    onCancel?.();
  };
  return (
    <form
      class="form"
      aria-label={label}
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={sendOnCtrlEnter}
    >
      {children}
      {problem && <Problem problem={problem} />}
      <div class="form-end">
        <button
          type="submit"
          class="button button-strong"
          disabled={form.isBusy.value || (!isNew && !form.isDirty.value)}
        >
          {form.isBusy.value ? t("Saving…") : (verb ?? t("Save"))}
        </button>
        {(onCancel || form.isDirty.value) && !form.isBusy.value && (
          <button type="button" class="button" onClick={cancel}>
            {onCancel ? t("Cancel") : t("Undo changes")}
          </button>
        )}
        <p class="form-state" role="status">
          {stateWords(form)}
        </p>
      </div>
    </form>
  );
}

function stateWords<Values extends object>(form: Form<Values>): string {
  if (form.isBusy.value) return "";
  if (form.isSaved.value) return t("Saved");
  return form.isDirty.value ? t("Not saved yet") : "";
}
