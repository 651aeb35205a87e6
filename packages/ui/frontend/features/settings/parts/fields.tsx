/** Fields of a form of settings: what is wrong with one stands next to it. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { type Form, faultOf } from "../../../stores/settings/form.ts";

type Attributes = {
  type?: "text" | "email" | "url";
  inputMode?: "decimal" | "numeric";
  maxLength?: number;
  placeholder?: string;
  spellcheck?: boolean;
};

/** What a control has, so that its words are read out with it. */
export type Aria = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };

type FieldProps = {
  label: string;
  hint?: string | undefined;
  fault?: string | null;
  children: (aria: Aria) => ComponentChildren;
};

export function Field({ label, hint, fault = null, children }: FieldProps) {
  const id = useId();
  const words = [fault !== null && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": words || undefined, "aria-invalid": fault === null ? undefined : true })}
      <Fault fault={fault} id={`${id}-fault`} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** What is wrong with what was typed, if anything is. */
export function Fault({ fault, id }: { fault: string | null; id?: string }) {
  if (fault === null) return null;
  return (
    <p class="field-fault" id={id} role="alert">
      {fault}
    </p>
  );
}

/** The names of a form's fields that hold a value of this kind. */
type NamesOf<Values, Kind> = {
  [Name in keyof Values & string]: Values[Name] extends Kind ? Name : never;
}[keyof Values & string];

type TextFieldProps<Values extends object> = {
  form: Form<Values>;
  name: NamesOf<Values, string>;
  label: string;
  hint?: string;
  /** By which name the server speaks of it, where that is another one. */
  param?: string;
  /** How many of the server's units one of the field's is, where they differ. */
  factor?: number;
  /** Of a text with lines; one line without. */
  rows?: number;
  input?: Attributes;
};

export function TextField<Values extends object>(props: TextFieldProps<Values>) {
  const { form, name, label, hint, param = name, factor, rows, input: { type = "text", ...input } = {} } = props;
  const value = form.values.value[name] as string;
  const onInput = (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
    form.set(name, event.currentTarget.value as Values[typeof name]);
  return (
    <Field label={label} hint={hint} fault={faultOf(form.problem.value, param, factor)}>
      {(aria) =>
        rows === undefined ? (
          <input
            {...aria}
            {...input}
            // Preact has a type of its own for each kind of input.
            type={type as "email"}
            dir="auto"
            autocomplete="off"
            value={value}
            onInput={onInput}
          />
        ) : (
          <textarea {...aria} {...input} dir="auto" rows={rows} value={value} onInput={onInput} />
        )
      }
    </Field>
  );
}

type ChoiceFieldProps<Values extends object> = {
  form: Form<Values>;
  name: NamesOf<Values, string>;
  label: string;
  hint?: string;
  param?: string;
  options: ReadonlyArray<readonly [value: string, words: string]>;
};

export function ChoiceField<Values extends object>(props: ChoiceFieldProps<Values>) {
  const { form, name, label, hint, param = name, options } = props;
  return (
    <Field label={label} hint={hint} fault={faultOf(form.problem.value, param)}>
      {(aria) => (
        <select
          {...aria}
          value={form.values.value[name] as string}
          onChange={(event) => form.set(name, event.currentTarget.value as Values[typeof name])}
        >
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type SwitchProps = { label: string; hint?: string; isOn: boolean; set: (isOn: boolean) => void; disabled?: boolean };

/** A setting that is on or off, with what it means. */
export function Switch({ label, hint, isOn, set, disabled = false }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

type SwitchFieldProps<Values extends object> = {
  form: Form<Values>;
  name: NamesOf<Values, boolean>;
  label: string;
  hint?: string;
};

export function SwitchField<Values extends object>({ form, name, label, hint }: SwitchFieldProps<Values>) {
  const set = (isOn: boolean) => form.set(name, isOn as Values[typeof name]);
  return <Switch label={label} {...(hint && { hint })} isOn={form.values.value[name] as boolean} set={set} />;
}
