/** What a customer sees who has opened nothing yet: how this desk works, and where to begin. */
import { t } from "../../i18n/translate.ts";
import { DEVICES, NEW } from "../../stores/route.ts";
import { settingsHref } from "../../stores/settings/pages.ts";
import { Talk } from "../../ui/icons.tsx";

export function CustomerStart({ hasTickets }: { hasTickets: boolean }) {
  return (
    <section class="start" aria-labelledby="start-title">
      <span class="empty-icon">
        <Talk />
      </span>
      <h1 id="start-title">{t("How can we help?")}</h1>
      <p>{hasTickets ? t("Choose one of your tickets, or tell us something new.") : t("You have no tickets yet.")}</p>
      <a class="button button-strong button-large" href={NEW}>
        {t("New ticket")}
      </a>
      <ol class="start-steps">
        <li>{t("Tell us what happened, in your own words. Pictures can be pasted or dropped into the form.")}</li>
        <li>{t("You see when somebody looks at your ticket, and the answer appears here as it is written.")}</li>
        <li>{t("Write back as often as you like. Say when it is solved, and whether the answer was good.")}</li>
      </ol>
      <p class="start-links">
        <a href={settingsHref("notifications")}>{t("Which mails you get")}</a>
        <a href={DEVICES}>{t("Where you are signed in")}</a>
      </p>
    </section>
  );
}
