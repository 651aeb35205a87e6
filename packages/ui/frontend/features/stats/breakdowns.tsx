/** The figures of each agent and of each tag, as tables with bars; each number leads to its tickets. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Figure, StatsRow } from "../../api/wire.ts";
import { t, tn } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import type { StatsQuery } from "../../stores/stats/query.ts";
import type { Figures } from "../../stores/stats/stats.ts";
import { personName } from "../../ui/person_name.ts";
import { TagChip } from "../../ui/tag_chip.tsx";
import { figureHref, type Only } from "./figure_href.ts";
import { formatDuration, formatNumber } from "./words.ts";

// What fits before one has to scroll; the others come when they are asked for.
const SHOWN = 12;

type BreakdownsProps = { project: Project; figures: Figures; query: StatsQuery };

export function Breakdowns({ project, figures, query }: BreakdownsProps) {
  return (
    <>
      <Breakdown
        id="by-agent"
        title={t("By agent")}
        first={t("Agent")}
        filed={t("Assigned")}
        rows={figures.agents}
        query={query}
        only={(name) => ({ agent: name, tag: "" })}
        shown={(name) => <bdi>{personName(project, name)}</bdi>}
      />
      <Breakdown
        id="by-tag"
        title={t("By tag")}
        first={t("Tag")}
        filed={t("Filed")}
        rows={figures.tags}
        query={query}
        only={(name) => ({ agent: "", tag: name })}
        shown={(name) => <TagChip project={project} tag={name} />}
      />
    </>
  );
}

type BreakdownProps = {
  id: string;
  title: string;
  first: string;
  filed: string;
  rows: StatsRow[];
  query: StatsQuery;
  only: (name: string) => Only;
  shown: (name: string) => ComponentChildren;
};

function Breakdown({ id, title, first, filed, rows, query, only, shown }: BreakdownProps) {
  const showsAll = useSignal(false);
  const visible = showsAll.value ? rows : rows.slice(0, SHOWN);
  const most = Math.max(1, ...rows.map(({ created, solved }) => Math.max(created, solved.count)));
  return (
    <section class="plot" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {rows.length === 0 ? (
        <p class="settings-none">{t("Nothing happened in these days.")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the window is scrolled by the keyboard too.
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls.
        <div class="table-frame" tabIndex={0} role="group" aria-labelledby={id}>
          <table class="breakdown">
            <Head first={first} filed={filed} />
            <tbody>
              {visible.map((row) => (
                <Row key={row.name} row={row} most={most} query={query} only={only(row.name)}>
                  {shown(row.name)}
                </Row>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > visible.length && (
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            showsAll.value = true;
          }}
        >
          {tn("{count} more", "{count} more", rows.length - visible.length)}
        </button>
      )}
    </section>
  );
}

function Head({ first, filed }: { first: string; filed: string }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        <th scope="col">{filed}</th>
        <th scope="col">{t("First answers")}</th>
        <th scope="col">{t("median")}</th>
        <th scope="col">{t("90 % within")}</th>
        <th scope="col">{t("Solved")}</th>
        <th scope="col">{t("median")}</th>
        <th scope="col">{t("90 % within")}</th>
        <th scope="col">{t("Ratings")}</th>
      </tr>
    </thead>
  );
}

type RowProps = { row: StatsRow; most: number; query: StatsQuery; only: Only; children: ComponentChildren };

function Row({ row, most, query, only, children }: RowProps) {
  const { created, first_response: answered, solved, ratings } = row;
  const link = (figure: Figure, count: number) =>
    count === 0 ? formatNumber(0) : <a href={figureHref(query, figure, query.days, only)}>{formatNumber(count)}</a>;
  return (
    <tr>
      <th scope="row">{children}</th>
      <td>
        <Amount value={created} most={most} kind="created">
          {link("created", created)}
        </Amount>
      </td>
      <td>{link("first_response", answered.count)}</td>
      <td>{formatDuration(answered.median_ms)}</td>
      <td>{formatDuration(answered.p90_ms)}</td>
      <td>
        <Amount value={solved.count} most={most} kind="solved">
          {link("solved", solved.count)}
        </Amount>
      </td>
      <td>{formatDuration(solved.median_ms)}</td>
      <td>{formatDuration(solved.p90_ms)}</td>
      <td>{ratings.good + ratings.bad === 0 ? "–" : t("{good} good, {bad} bad", ratings)}</td>
    </tr>
  );
}

type AmountProps = { value: number; most: number; kind: "created" | "solved"; children: ComponentChildren };

/** A number, with a bar behind it. */
function Amount({ value, most, kind, children }: AmountProps) {
  return (
    <span class="amount">
      <svg class={`amount-bar plot-bar plot-${kind}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect width={(value / most) * 100} height="8" rx="1" />
      </svg>
      {children}
    </span>
  );
}
