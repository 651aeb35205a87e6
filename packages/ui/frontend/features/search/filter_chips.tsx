/** The filters of a search, each a chip that goes with a click. */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { type Filter, formatFilter } from "../../stores/search/query.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { RemovableChip } from "../../ui/removable_chip.tsx";
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
          <RemovableChip
            key={formatFilter(filter)}
            class="chip tag"
            data-negated={filter.isNegated}
            words={words}
            label={t("Remove {filter}", { filter: words })}
            remove={() => remove(place)}
          />
        );
      })}
    </ul>
  );
}
