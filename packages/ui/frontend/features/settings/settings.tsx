/** The settings: a list of pages, and the one that the address names. */
import type { ComponentType } from "preact";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { INBOX } from "../../stores/route.ts";
import { pagesOf, type SettingsPage, settingsHref } from "../../stores/settings/pages.ts";
import { Contained } from "../../ui/contained.tsx";
import { Empty } from "../../ui/empty.tsx";
import { useCurrentInSight } from "../../ui/hooks/use_current_in_sight.ts";
import { Back } from "../../ui/icons.tsx";
import { DataPage } from "./admin/data_page.tsx";
import { HoursPage } from "./admin/hours_page.tsx";
import { MailPage } from "./admin/mail_page.tsx";
import { ProjectPage } from "./admin/project_page.tsx";
import { TagsPage } from "./admin/tags_page.tsx";
import { WebhooksPage } from "./admin/webhooks_page.tsx";
import { settingsProject } from "./chosen_project.ts";
import { AppearancePage } from "./own/appearance_page.tsx";
import { DevicesPage } from "./own/devices_page.tsx";
import { NotificationsPage } from "./own/notifications_page.tsx";
import { ProfilePage } from "./own/profile_page.tsx";
import { PAGE_NAMES } from "./page_names.ts";
import type { PageProps } from "./parts/page_props.ts";
import { PeoplePage } from "./people/people_page.tsx";
import { ProjectChoice } from "./project_choice.tsx";
import { CannedRepliesPage } from "./team/canned_replies_page.tsx";
import { MacrosPage } from "./team/macros_page.tsx";
import { ViewsPage } from "./team/views_page.tsx";

const PAGES: Record<SettingsPage, ComponentType<PageProps>> = {
  profile: ProfilePage,
  appearance: AppearancePage,
  notifications: NotificationsPage,
  devices: DevicesPage,
  "canned-replies": CannedRepliesPage,
  macros: MacrosPage,
  views: ViewsPage,
  people: PeoplePage,
  tags: TagsPage,
  project: ProjectPage,
  hours: HoursPage,
  mail: MailPage,
  webhooks: WebhooksPage,
  data: DataPage,
};

export function SettingsView({ page, item }: { page: SettingsPage; item: string }) {
  const nav = useCurrentInSight(page);
  const project = settingsProject();
  if (project === null) return null;
  const me = project.session.me.value;
  const pages = pagesOf(me?.role ?? null);
  const isThere = [...pages.own, ...pages.team, ...pages.admin].includes(page);
  const Shown = PAGES[page];
  return (
    <div class="settings">
      <nav ref={nav} class="settings-nav" aria-label={t("Settings")}>
        <a class="settings-back" href={INBOX}>
          <Back /> {t("All tickets")}
        </a>
        {desk.hasSeveral && <ProjectChoice projects={desk.known.value} project={project} />}
        <Group title={t("Your own")} pages={pages.own} current={page} />
        <Group title={t("Team")} pages={pages.team} current={page} />
        <Group title={t("Administration")} pages={pages.admin} current={page} />
      </nav>
      {/* Another page, or another user's, is another form. */}
      <Contained key={`${project.id} ${me?.user_id} ${page}`} says>
        {isThere ? <Shown project={project} item={item} /> : <NotThere />}
      </Contained>
    </div>
  );
}

function NotThere() {
  return (
    <Empty title={t("This page is for admins")} isView>
      <a class="button" href={settingsHref()}>
        {t("Your own settings")}
      </a>
    </Empty>
  );
}

type GroupProps = { title: string; pages: readonly SettingsPage[]; current: SettingsPage };

function Group({ title, pages, current }: GroupProps) {
  if (pages.length === 0) return null;
  return (
    <div class="settings-group">
      <h2 class="settings-group-title">{title}</h2>
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <a class="settings-link" href={settingsHref(page)} aria-current={page === current ? "page" : undefined}>
              {PAGE_NAMES[page]}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
