/** The tickets behind a figure. */
import { useEffect } from "preact/hooks";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { type FigureQuery, type StatsQuery, statsHref } from "../../stores/stats/query.ts";
import { statsOf } from "../../stores/stats/stats.ts";
import { Age, PriorityChip, StatusChip } from "../../ui/chips.tsx";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Back } from "../../ui/icons.tsx";
import { personName } from "../../ui/person_name.ts";
import { Problem } from "../../ui/problem.tsx";
import { TagChip } from "../../ui/tag_chip.tsx";
import { FIGURE_WORDS, formatDays } from "./words.ts";

export function FigureTickets({ project, query }: { project: Project; query: StatsQuery }) {
  const stats = statsOf(project);
  const { figure, zone } = query;
  const { isBusy, run } = useAction();
  const list = () => void stats.list(figure, zone);
  useEffect(list, [stats, JSON.stringify(figure), zone]);
  const problem = stats.ticketsProblem.value;
  const tickets = stats.tickets.value;
  if (figure === null) return null;
  return (
    <section class="figure-tickets">
      <a class="settings-back" href={statsHref({ ...query, figure: null })}>
        <Back /> {t("Stats")}
      </a>
      <h1>{FIGURE_WORDS[figure.figure]}</h1>
      <p class="settings-lead">
        <Which project={project} figure={figure} />
      </p>
      {problem && <Problem problem={problem} onRetry={list} />}
      {tickets === null && !problem && <p class="settings-waiting">{t("Loading…")}</p>}
      {tickets?.length === 0 && <p class="settings-none">{t("There are none.")}</p>}
      {tickets !== null && tickets.length > 0 && (
        <ul class="settings-list" aria-label={FIGURE_WORDS[figure.figure]}>
          {tickets.map((ticket) => (
            <li key={ticket.ticket_id}>
              <a class="settings-entry" href={threadHref(project.id, ticket.ticket_id)}>
                <span class="entry-words">
                  <bdi class="entry-name">{ticket.title}</bdi>
                  <span class="entry-detail">
                    #{ticket.ticket_id} · <bdi>{ticket.customer_name}</bdi> · <Age time={ticket.updated_at} />
                  </span>
                </span>
                {ticket.tags.slice(0, 3).map((tag) => (
                  <TagChip key={tag} project={project} tag={tag} />
                ))}
                <PriorityChip priority={ticket.priority} />
                <StatusChip status={ticket.status} isStaff />
              </a>
            </li>
          ))}
        </ul>
      )}
      {stats.after.value !== null && (
        <button
          type="button"
          class="button settings-new"
          disabled={isBusy}
          onClick={() => void run(() => stats.more(figure, zone))}
        >
          {t("More tickets")}
        </button>
      )}
    </section>
  );
}

function Which({ project, figure }: { project: Project; figure: FigureQuery }) {
  const { days, agent, tag } = figure;
  return (
    <>
      {formatDays(days)}
      {agent !== "" && (
        <>
          {" · "}
          <bdi>{personName(project, agent)}</bdi>
        </>
      )}
      {tag !== "" && (
        <>
          {" · "}
          <TagChip project={project} tag={tag} />
        </>
      )}
    </>
  );
}
