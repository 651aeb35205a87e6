/** A page of settings: its title, what it is for, and what it waits for. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../../i18n/translate.ts";
import { recovered } from "../../../stores/access/project_session.ts";
import { type SettingsPage, settingsHref } from "../../../stores/settings/pages.ts";
import { useQuestion } from "../../../ui/hooks/use_action.ts";
import { Back } from "../../../ui/icons.tsx";
import { Problem } from "../../../ui/problem.tsx";

type PageProps = {
  title: string;
  lead?: string;
  back?: { page: SettingsPage; words: string };
  children: ComponentChildren;
};

export function Page({ title, lead, back, children }: PageProps) {
  return (
    <div class="settings-page">
      {back && (
        <a class="settings-back" href={settingsHref(back.page)}>
          <Back /> {back.words}
        </a>
      )}
      <h1 dir="auto">{title}</h1>
      {lead && <p class="settings-lead">{lead}</p>}
      {children}
    </div>
  );
}

export function Section({ title, lead, children }: { title: string; lead?: string; children: ComponentChildren }) {
  return (
    <section class="settings-section">
      <h2>{title}</h2>
      {lead && <p class="hint">{lead}</p>}
      {children}
    </section>
  );
}

type LoadedProps = {
  load: () => Promise<void>;
  on: readonly unknown[];
  isThere: boolean;
  children: () => ComponentChildren;
};

/** What is shown once it was fetched; `on` is what it depends on. */
export function Loaded({ load, on, isThere, children }: LoadedProps) {
  const { isBusy, problem, run } = useQuestion();
  const fetch = () => void run(load);
  // What was saved elsewhere while the server was away is in no event that is heard here.
  useEffect(fetch, [...on, recovered.value]);
  if (problem !== null && !isThere) return <Problem problem={problem} onRetry={fetch} />;
  if (!isThere) return <p class="settings-waiting">{isBusy ? t("Loading…") : ""}</p>;
  return <>{children()}</>;
}
