/** A secret that is shown once, with a way to copy it. */
import { t } from "../../../i18n/translate.ts";
import { Copyable } from "../parts/copyable.tsx";

export function Secret({ text }: { text: string }) {
  return (
    <div class="settings-notice">
      <p>{t("Its secret signs what is sent. Keep it now: it is never shown again.")}</p>
      <Copyable text={text} label={t("Secret")} />
    </div>
  );
}
