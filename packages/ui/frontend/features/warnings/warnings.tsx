/** What was not done and nothing else on the page says: over the page, until its reader closes it. */
import { useEffect } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { Close } from "../../ui/icons.tsx";

export function Warnings() {
  const { warnings } = desk.announcement;
  const user = desk.home.value?.session.me.value?.user_id;
  // What one user was told, the next one is not.
  useEffect(
    () => () => {
      warnings.value = [];
    },
    [user],
  );
  const close = (sentence: string) => {
    warnings.value = warnings.peek().filter((one) => one !== sentence);
    // The button that had the focus is gone.
    document.getElementById("main")?.focus({ preventScroll: true });
  };
  return (
    <section class="warnings" aria-label={t("Not done")}>
      <ul>
        {warnings.value.map((sentence) => (
          <li key={sentence} class="problem">
            <p>{sentence}</p>
            <button type="button" class="icon-button" onClick={() => close(sentence)}>
              <Close />
              <span class="unseen">{t("Close")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
