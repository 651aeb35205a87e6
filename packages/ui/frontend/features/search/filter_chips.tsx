/** The filters of a search, each a chip that goes with a click. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { type Filter, formatFilter } from "../../stores/search/query.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { Close } from "../../ui/icons.tsx";
import { chipWord } from "./filter_words.ts";

type ChipsProps = { filters: readonly Filter[]; remove: (place: number) => void };

function nameOf(id: string): string | null {
  const names = desk.staffed.value.map((project) => colleaguesOf(project).nameOf(id));
  return names.find((name) => name !== null) ?? null;
}

export function Chips({ filters, remove }: ChipsProps) {
  if (filters.length === 0) return null;
  return (
    <ul class="search-chips" aria-label={t("Filters")}>
      {filters.map((filter, place) => {
        const words = chipWord(filter, desk.isStaff.value, nameOf);
        return (
          <li key={formatFilter(filter)} class="chip tag" data-negated={filter.isNegated}>
            <bdi>{words}</bdi>
            <button type="button" class="chip-remove" onClick={() => remove(place)}>
              <Close />
              <span class="unseen">{t("Remove {filter}", { filter: words })}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
