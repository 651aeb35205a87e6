/** The ways from the head of the page: to the figures, and to the settings. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { ownAccountOf } from "../../stores/access/own_account.ts";
import { STATS } from "../../stores/route.ts";
import { settingsHref } from "../../stores/settings/pages.ts";
import { Chart, Sliders } from "../../ui/icons.tsx";

export function HeadLinks() {
  const known = desk.known.value;
  if (known.length === 0) return null;
  // What a user changes of themselves elsewhere shows here.
  for (const project of known) ownAccountOf(project);
  const { view } = desk.route.value;
  return (
    <nav class="head-links" aria-label={t("Desk")}>
      {known.some((project) => project.session.isStaff.value) && (
        <a class="head-link" href={STATS} aria-current={view === "stats" ? "page" : undefined}>
          <Chart /> <span>{t("Stats")}</span>
        </a>
      )}
      <a class="head-link" href={settingsHref()} aria-current={view === "settings" ? "page" : undefined}>
        <Sliders /> <span>{t("Settings")}</span>
      </a>
    </nav>
  );
}
