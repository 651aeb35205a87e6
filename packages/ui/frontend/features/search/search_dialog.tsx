/** The search: as its user types, with filters as chips, by the keyboard throughout. */
import { useSignal } from "@preact/signals";
import { effect } from "@preact/signals-core";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { desk, go } from "../../app.ts";
import { t, tn } from "../../i18n/translate.ts";
import {
  askedOf,
  formatQuery,
  parseQuery,
  type Query,
  replaceTyped,
  takeFilters,
  typedTerm,
} from "../../stores/search/query.ts";
import { TicketSearch } from "../../stores/search/ticket_search.ts";
import { Problem } from "../../ui/problem.tsx";
import { Finder } from "../finder/finder.tsx";
import type { Option } from "../finder/finder_options.ts";
import { allKeys, type Completion, complete } from "./completions.ts";
import { Chips } from "./filter_chips.tsx";
import { FoundRow, hrefOf } from "./found_row.tsx";
import { recentSearches } from "./recent_searches.ts";
import { SaveAsView } from "./save_as_view.tsx";
import { useVocabulary } from "./use_vocabulary.ts";

const PLACEHOLDER = t("Search tickets");

export function SearchDialog({ query: first }: { query: string }) {
  const search = useMemo(() => new TicketSearch(() => desk.known.peek()), []);
  const query = useSignal<Query>(parseQuery(first));
  useEffect(() => () => search.close(), []);
  // As it is typed: an effect of the framework waits for a frame, and an Enter before that would run what is old.
  useLayoutEffect(() => effect(() => search.ask(askedOf(query.value))), []);
  const vocabulary = useVocabulary(typedTerm(query.value.text));
  const set = (text: string) => {
    query.value = takeFilters({ ...query.value, text });
  };
  const { filters, text } = query.value;
  const isEmpty = filters.length === 0 && text.trim() === "";
  const completions = complete(typedTerm(text), vocabulary);
  const offers = (isEmpty ? allKeys(vocabulary) : completions).map(offerOption);
  const options = [...(isEmpty ? recents() : found()), ...offers];
  const hasMatches = search.found.value.length > 0;
  return (
    <Finder
      label={PLACEHOLDER}
      placeholder={filters.length === 0 ? PLACEHOLDER : t("and words")}
      value={text}
      onInput={set}
      options={orderOptions(options, typedTerm(text).includes(":"))}
      choosesFirst={!isEmpty}
      isStale={search.isStale.value}
      before={<Chips filters={filters} remove={removeFilter} />}
      notice={<Notice search={search} isEmpty={isEmpty} />}
      after={hasMatches || filters.length > 0 ? <SaveAsView query={query.value} /> : null}
      onBackspace={() => filters.length > 0 && removeFilter(filters.length - 1)}
      onTab={() => {
        const [first] = completions;
        if (first !== undefined) set(replaceTyped(text, first.insert));
        return first !== undefined;
      }}
      onEnd={() => void search.loadMore()}
    />
  );

  function removeFilter(place: number): void {
    query.value = { ...query.value, filters: query.value.filters.filter((_, index) => index !== place) };
  }

  function offerOption({ insert, words, detail }: Completion, place: number): Option {
    return {
      id: `complete ${detail}`,
      ...(place === 0 && { heading: t("Filters") }),
      staysOpen: true,
      isSure: true,
      content: (
        <>
          <span class="finder-words">
            <bdi>{words}</bdi>
          </span>
          <code class="finder-detail">{detail}</code>
        </>
      ),
      run: () => set(replaceTyped(query.value.text, insert)),
    };
  }

  function recents(): Option[] {
    return recentSearches().texts.value.map((recent, place) => ({
      id: `recent ${recent}`,
      ...(place === 0 && { heading: t("Recent searches") }),
      staysOpen: true,
      isSure: true,
      content: (
        <span class="finder-words">
          <bdi>{recent}</bdi>
        </span>
      ),
      run: () => {
        query.value = parseQuery(recent);
      },
    }));
  }

  function found(): Option[] {
    return search.found.value.map((one, place) => ({
      id: `found ${one.project.id}/${one.ticket.ticket_id}`,
      ...(place === 0 && { heading: t("Tickets") }),
      href: hrefOf(one),
      content: <FoundRow found={one} />,
      run: () => {
        recentSearches().add(formatQuery(query.value));
        go(hrefOf(one));
      },
    }));
  }
}

/** While a filter is typed its completions come first; what may be a word is looked for first. */
function orderOptions(options: readonly Option[], isCompleting: boolean): readonly Option[] {
  if (!isCompleting) return options;
  const isOffer = ({ id }: Option) => id.startsWith("complete ");
  return [...options.filter(isOffer), ...options.filter((option) => !isOffer(option))];
}

function Notice({ search, isEmpty }: { search: TicketSearch; isEmpty: boolean }) {
  const { found, problem, isBusy, ignored, missing, answered, hasMore } = search;
  const count = found.value.length;
  const isAnswered = answered.value !== "" && !isBusy.value;
  const words = hasMore.value
    ? tn("{count} ticket and more", "{count} tickets and more", count)
    : tn("{count} ticket found", "{count} tickets found", count);
  return (
    <div class="finder-notice">
      {problem.value && <Problem problem={problem.value} onRetry={() => search.retry()} />}
      <p role="status" class={isAnswered ? undefined : "unseen"}>
        {isAnswered && problem.value === null && (count === 0 ? t("No ticket has this") : words)}
      </p>
      {ignored.value.length > 0 && (
        <p>{t("Nothing can be looked for in {texts}", { texts: ignored.value.join(" ") })}</p>
      )}
      {missing.value > 0 && (
        <p>
          {tn(
            "{count} old ticket cannot be found yet: the desk is indexing it",
            "{count} old tickets cannot be found yet: the desk is indexing them",
            missing.value,
          )}
        </p>
      )}
      {isEmpty && desk.isStaff.value && <p>{t("Words, filters such as status:open, or both")}</p>}
    </div>
  );
}
