/** The figures of a desk: of which days, and what happened in them. */
import { useEffect } from "preact/hooks";
import { desk } from "../../app.ts";
import { now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { barsOf } from "../../stores/stats/plot.ts";
import { parseQuery, type StatsQuery } from "../../stores/stats/query.ts";
import { type Figures as LoadedFigures, statsOf } from "../../stores/stats/stats.ts";
import { ownZone } from "../../stores/stats/zones.ts";
import { Empty } from "../../ui/empty.tsx";
import { Problem } from "../../ui/problem.tsx";
import { settingsProject } from "../settings/chosen_project.ts";
import { ProjectChoice } from "../settings/project_choice.tsx";
import { Breakdowns } from "./breakdowns.tsx";
import { DurationPlot } from "./duration_plot.tsx";
import { FigureTickets } from "./figure_tickets.tsx";
import { Overview } from "./overview.tsx";
import { BacklogPlot, VolumePlot } from "./plots.tsx";
import { StatsTools } from "./stats_tools.tsx";

export function StatsView({ query }: { query: string }) {
  const chosen = settingsProject();
  const staffed = desk.staffed.value;
  const project = staffed.find((one) => one === chosen) ?? staffed[0];
  if (project === undefined) return <Empty title={t("Figures are for agents")} isView />;
  return <ProjectStats key={project.id} project={project} staffed={staffed} text={query} />;
}

type ProjectStatsProps = { project: Project; staffed: Project[]; text: string };

function ProjectStats({ project, staffed, text }: ProjectStatsProps) {
  const zone = project.session.me.value?.time_zone ?? ownZone();
  // The clock is not followed: what is shown changes when its reader asks.
  const query = parseQuery(text, { zone, now: now.peek() });
  const isList = query.figure !== null;
  return (
    <div class="stats">
      {staffed.length > 1 && !isList && <ProjectChoice projects={staffed} project={project} />}
      {isList ? <FigureTickets project={project} query={query} /> : <Figures project={project} query={query} />}
    </div>
  );
}

type PlotsProps = { figures: LoadedFigures; query: StatsQuery };

function Plots({ figures, query }: PlotsProps) {
  const bars = barsOf(figures.days, query.zone, figures.groups);
  return (
    <div class="stats-plots">
      <VolumePlot bars={bars} query={query} />
      <DurationPlot figure="first_response" bars={bars} query={query} />
      <DurationPlot figure="solved" bars={bars} query={query} />
      <BacklogPlot bars={bars} query={query} />
    </div>
  );
}

function Figures({ project, query }: { project: Project; query: StatsQuery }) {
  const stats = statsOf(project);
  const load = () => void stats.load(query);
  useEffect(load, [stats, query.days.first, query.days.last, query.zone]);
  const figures = stats.figures.value;
  const problem = stats.problem.value;
  return (
    <>
      <div class="stats-head">
        <h1>{t("Stats")}</h1>
        <StatsTools query={query} figures={figures} reload={load} />
      </div>
      {problem && <Problem problem={problem} onRetry={load} />}
      {figures === null && !problem && <p class="settings-waiting">{t("Loading…")}</p>}
      {figures !== null && (
        <>
          <Overview overview={figures.overview} query={query} />
          <Plots figures={figures} query={query} />
          <Breakdowns project={project} figures={figures} query={query} />
        </>
      )}
    </>
  );
}
