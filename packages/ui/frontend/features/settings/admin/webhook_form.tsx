/** The form of a webhook: where it sends, and of what. */
import { EVENT_KINDS, type Webhook, type WebhookSecret } from "../../../api/wire.ts";
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { type Form, faultOf } from "../../../stores/settings/form.ts";
import { webhooksOf } from "../../../stores/settings/webhook_list.ts";
import { Fault, SwitchField, TextField } from "../parts/fields.tsx";
import { FormFrame } from "../parts/form_frame.tsx";
import { NEW_ITEM } from "../parts/named_list.tsx";
import { useForm } from "../parts/use_form.ts";

// Those that reach a single user alone are sent to no webhook.
const PERSONAL = ["draft.", "read.", "ticket.shown", "ticket.hidden"];
const KINDS = EVENT_KINDS.filter((kind) => !PERSONAL.some((prefix) => kind.startsWith(prefix)));

function valuesOf(webhook: Webhook | null) {
  return {
    url: webhook?.url ?? "",
    description: webhook?.description ?? "",
    kinds: [...(webhook?.kinds ?? [])],
    with_notes: webhook?.with_notes ?? false,
  };
}

type Values = ReturnType<typeof valuesOf>;
type WebhookFormProps = { project: Project; webhook: Webhook | null; onMade: (made: WebhookSecret) => void };

export function WebhookForm({ project, webhook, onMade }: WebhookFormProps) {
  const webhooks = webhooksOf(project);
  const form = useForm<Values>(project, `webhook/${webhook?.webhook_id ?? NEW_ITEM}`, valuesOf(webhook));
  const send = async (changes: Partial<Values>, values: Values) => {
    if (webhook !== null) return valuesOf(await webhooks.update(webhook.webhook_id, changes));
    const made = await webhooks.create(values);
    onMade(made);
    return undefined;
  };
  const onSaved = () => {
    if (webhook === null) form.take(valuesOf(null));
  };
  return (
    <FormFrame form={form} send={send} onSaved={onSaved} fields={["url", "description", "kinds"]}>
      <TextField
        form={form}
        name="url"
        label={t("Address")}
        hint={t("With https, to an address of the internet.")}
        input={{ type: "url", spellcheck: false, placeholder: "https://", maxLength: 2_000 }}
      />
      <TextField form={form} name="description" label={t("What it is for")} input={{ maxLength: 200 }} />
      <Kinds form={form} />
      <SwitchField
        form={form}
        name="with_notes"
        label={t("Send the agents' notes too")}
        hint={t("Who receives them reads what customers never see.")}
      />
    </FormFrame>
  );
}

function Kinds({ form }: { form: Form<Values> }) {
  const { kinds } = form.values.value;
  const set = (kind: string, isWanted: boolean) =>
    form.set("kinds", isWanted ? [...kinds, kind].sort() : kinds.filter((one) => one !== kind));
  return (
    <fieldset class="field kinds">
      <legend class="label">{t("Events")}</legend>
      <p class="hint">{kinds.length === 0 ? t("All of them, as long as none is chosen.") : ""}</p>
      <div class="kinds-list">
        {KINDS.map((kind) => (
          <label key={kind} class="kind-choice">
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={(event) => set(kind, event.currentTarget.checked)}
            />{" "}
            <code dir="ltr">{kind}</code>
          </label>
        ))}
      </div>
      <Fault fault={faultOf(form.problem.value, "kinds")} />
    </fieldset>
  );
}
