/** A list of what the team has under names, with the way to each and to a new one. */
import { t } from "../../../i18n/translate.ts";
import { type SettingsPage, settingsHref } from "../../../stores/settings/pages.ts";
import { Plus } from "../../../ui/icons.tsx";

export const NEW_ITEM = "new";

export type Row = { id: number; name: string; detail: string; isShared: boolean };

type NamedListProps = {
  page: SettingsPage;
  label: string;
  newLabel: string | null;
  none: string;
  rows: readonly Row[];
};

export function NamedList({ page, label, newLabel, none, rows }: NamedListProps) {
  return (
    <>
      {newLabel !== null && (
        <a class="button button-strong settings-new" href={settingsHref(page, NEW_ITEM)}>
          <Plus /> {newLabel}
        </a>
      )}
      {rows.length === 0 ? (
        <p class="settings-none">{none}</p>
      ) : (
        <ul class="settings-list" aria-label={label}>
          {rows.map((row) => (
            <li key={row.id}>
              <a class="settings-entry" href={settingsHref(page, row.id)}>
                <span class="entry-words">
                  <bdi class="entry-name">{row.name}</bdi>
                  <span class="entry-detail" dir="auto" title={row.detail}>
                    {row.detail}
                  </span>
                </span>
                <span class="entry-mark">{row.isShared ? t("Team") : t("Yours")}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
