/** What the pages of settings are called. */
import { t } from "../../i18n/translate.ts";
import type { SettingsPage } from "../../stores/settings/pages.ts";

export const PAGE_NAMES: Record<SettingsPage, string> = {
  profile: t("Profile"),
  appearance: t("Appearance and keys"),
  notifications: t("Notifications"),
  devices: t("Sign-in and devices"),
  "canned-replies": t("Canned replies"),
  macros: t("Macros"),
  views: t("Saved views"),
  people: t("People"),
  tags: t("Tags"),
  project: t("Project"),
  hours: t("Targets and hours"),
  mail: t("Mail"),
  webhooks: t("Webhooks"),
  data: t("Backups"),
};
