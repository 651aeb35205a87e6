/** The pages of settings, in the order of their list, and who has them. */

export const OWN_PAGES = ["profile", "appearance", "notifications", "devices"] as const;
export const TEAM_PAGES = ["canned-replies", "macros", "views"] as const;
export const ADMIN_PAGES = ["people", "tags", "project", "hours", "mail", "webhooks", "data"] as const;

export type SettingsPage = (typeof OWN_PAGES)[number] | (typeof TEAM_PAGES)[number] | (typeof ADMIN_PAGES)[number];

/** Return the pages that a user has, in groups; `role` is null while no one is known. */
export function pagesOf(role: "customer" | "agent" | "admin" | null): {
  own: readonly SettingsPage[];
  team: readonly SettingsPage[];
  admin: readonly SettingsPage[];
} {
  const isStaff = role === "agent" || role === "admin";
  return { own: OWN_PAGES, team: isStaff ? TEAM_PAGES : [], admin: role === "admin" ? ADMIN_PAGES : [] };
}

/** Return a page by its name in an address; the first one for a name that there is not. */
export function parsePage(name: string): SettingsPage {
  const known: readonly SettingsPage[] = [...OWN_PAGES, ...TEAM_PAGES, ...ADMIN_PAGES];
  return known.find((page) => page === name) ?? "profile";
}

/** Return the address of a page, or of one `item` of it. */
export function settingsHref(page: SettingsPage = "profile", item: string | number = ""): string {
  return item === "" ? `#/settings/${page}` : `#/settings/${page}/${encodeURIComponent(item)}`;
}
