/** The webhooks: a list, one of them, and a new one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Webhook, WebhookSecret, WebhookState } from "../../../api/wire.ts";
import { go } from "../../../app.ts";
import { t, tn } from "../../../i18n/translate.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { webhooksOf } from "../../../stores/settings/webhook_list.ts";
import { Plus } from "../../../ui/icons.tsx";
import { CollectionPage } from "../parts/collection_page.tsx";
import { Confirmed } from "../parts/confirmed.tsx";
import { NEW_ITEM } from "../parts/named_list.tsx";
import { Section } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { Secret } from "./secret.tsx";
import { WebhookAnswers } from "./webhook_answers.tsx";
import { WebhookForm } from "./webhook_form.tsx";

const STATE_WORDS: Record<WebhookState, string> = {
  active: t("Active"),
  failing: t("Failing"),
  disabled: t("Off"),
};

export function WebhooksPage({ project, item }: PageProps) {
  // A secret is shown where the webhook was made, until the list is shown again.
  const secret = useSignal<Shown | null>(null);
  useEffect(() => {
    if (item === "") secret.value = null;
  }, [item]);
  const onMade = ({ webhook: { webhook_id: id }, secret: text }: WebhookSecret) => {
    secret.value = { id, text };
    go(settingsHref("webhooks", id));
  };
  return (
    <CollectionPage
      page="webhooks"
      item={item}
      collection={webhooksOf(project)}
      title={t("Webhooks")}
      lead={t("What happens here is posted to addresses of other programs, signed.")}
      newTitle={t("New webhook")}
      titleOf={(webhook) => webhook?.description || t("Webhook")}
      gone={t("This webhook is gone.")}
      rows={(list) => <Rows list={list} />}
      one={(webhook) =>
        webhook === null ? (
          <WebhookForm project={project} webhook={null} onMade={onMade} />
        ) : (
          <One key={item} project={project} webhook={webhook} secret={secret} />
        )
      }
    />
  );
}

function Rows({ list }: { list: Webhook[] }) {
  return (
    <>
      <a class="button button-strong settings-new" href={settingsHref("webhooks", NEW_ITEM)}>
        <Plus /> {t("New webhook")}
      </a>
      {list.length === 0 && <p class="settings-none">{t("There are none.")}</p>}
      <ul class="settings-list" aria-label={tn("{count} webhook", "{count} webhooks", list.length)}>
        {list.map((webhook) => (
          <li key={webhook.webhook_id}>
            <a class="settings-entry" href={settingsHref("webhooks", webhook.webhook_id)}>
              <span class="entry-words">
                <bdi class="entry-name">{webhook.description || hostOf(webhook.url)}</bdi>
                <span class="entry-detail" dir="ltr" title={webhook.url}>
                  {webhook.url}
                </span>
              </span>
              <span class="entry-mark" data-state={webhook.state}>
                {STATE_WORDS[webhook.state]}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** A secret, and whose it is. */
type Shown = { id: number; text: string };
type OneProps = { project: PageProps["project"]; webhook: Webhook; secret: { value: Shown | null } };

function One({ project, webhook, secret }: OneProps) {
  const webhooks = webhooksOf(project);
  const id = webhook.webhook_id;
  const isOff = webhook.state === "disabled";
  const reason = webhook.disabled_because || webhook.obstacle;
  return (
    <>
      {secret.value?.id === id && <Secret text={secret.value.text} />}
      {(isOff || reason !== "") && (
        <p class="settings-notice">
          {isOff ? t("Nothing is sent: this webhook is off.") : t("It cannot be sent to.")}{" "}
          {reason !== "" && <bdi>{reason}</bdi>}
        </p>
      )}
      <WebhookForm project={project} webhook={webhook} onMade={() => {}} />
      <Section title={t("What was sent")}>
        <WebhookAnswers project={project} webhook={webhook} />
      </Section>
      <Section title={t("More")}>
        <Confirmed
          label={isOff ? t("Turn on") : t("Turn off")}
          says={
            isOff
              ? t("Events are sent from now on; those of the meantime are not.")
              : t("Nothing is sent until it is turned on again; what happens meanwhile is not sent later.")
          }
          verb={isOff ? t("Turn it on") : t("Turn it off")}
          isDangerous={!isOff}
          run={async () => void (await webhooks.update(id, { enabled: isOff }))}
        />
        <Confirmed
          label={t("Another secret")}
          says={t("The new secret is shown once. For a day the one before signs too, so that you have time to change.")}
          verb={t("Make another secret")}
          isDangerous={false}
          run={async () => {
            secret.value = { id, text: (await webhooks.rotate(id)).secret };
          }}
        />
        <Confirmed
          label={t("Delete")}
          says={t("Nothing more is sent to this address, and what waits for it is dropped.")}
          verb={t("Delete this webhook")}
          run={async () => {
            await webhooks.delete(id);
            go(settingsHref("webhooks"));
          }}
        />
      </Section>
    </>
  );
}
