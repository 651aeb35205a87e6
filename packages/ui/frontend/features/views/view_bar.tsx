/** The views of the team, each with the number of its tickets; on a narrow screen they are a row above the list. */
import { desk } from "../../app.ts";
import { VIEW_WORDS } from "../../i18n/view_words.ts";
import { formatCount } from "../../i18n/words.ts";
import { BUILT_IN, type ListName, listHref, savedName } from "../../stores/route.ts";
import { viewsOf } from "../../stores/tickets/views.ts";

export function ViewBar() {
  const staffed = desk.projects.filter((project) => project.session.isStaff.value);
  if (staffed.length === 0) return null;
  const isAsked = desk.isUsed.value || desk.listed.value !== "inbox";
  const all = isAsked ? staffed.map((project) => ({ project, views: viewsOf(project) })) : [];
  const count = (name: string) => {
    const counts = all.map(({ views }) => views.counts.value.get(name));
    return counts.includes(undefined) || counts.length === 0
      ? null
      : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  };
  const saved = all.flatMap(({ project, views }) =>
    views.saved.value.map((entry) => ({ ...entry, project, name: savedName(project.id, entry.view.view_id) })),
  );
  return (
    <nav class="views" aria-label={VIEW_WORDS.label}>
      <ul>
        <Entry name="inbox" words={VIEW_WORDS.names.inbox} count={null} />
        {BUILT_IN.map((name) => (
          <Entry key={name} name={name} words={VIEW_WORDS.names[name]} count={count(name)} />
        ))}
      </ul>
      {saved.length > 0 && (
        <>
          <h2 class="views-title">{VIEW_WORDS.saved}</h2>
          <ul>
            {saved.map(({ project, view, name, ...found }) => (
              <Entry
                key={name}
                name={name}
                words={desk.hasSeveral ? `${view.name} · ${project.name}` : view.name}
                count={found.count}
                orMore={found.or_more}
              />
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

type EntryProps = { name: ListName; words: string; count: number | null; orMore?: boolean };

function Entry({ name, words, count, orMore = false }: EntryProps) {
  return (
    <li>
      <a class="view" href={listHref(name)} aria-current={desk.listed.value === name ? "true" : undefined}>
        <bdi class="view-name">{words}</bdi>
        {count !== null && count > 0 && (
          <span class="view-count">
            <span aria-hidden="true">
              {count}
              {orMore && "+"}
            </span>
            <span class="unseen">{formatCount(count, "ticket", "tickets")}</span>
          </span>
        )}
      </a>
    </li>
  );
}
