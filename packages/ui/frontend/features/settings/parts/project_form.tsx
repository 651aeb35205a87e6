/** What pages that change the project's settings share: they are fetched first, and followed while they are shown. */
import type { ComponentType } from "preact";
import type { Project as Settings } from "../../../api/wire.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsOf } from "../../../stores/settings/project_settings.ts";
import { Loaded } from "./page.tsx";

export type SettingsFormProps = { project: Project; settings: Settings };

export function WithSettings({ project, form: Shown }: { project: Project; form: ComponentType<SettingsFormProps> }) {
  const store = settingsOf(project);
  const settings = store.settings.value;
  return (
    <Loaded load={() => store.load()} on={[store]} isThere={settings !== null}>
      {() => settings && <Shown project={project} settings={settings} />}
    </Loaded>
  );
}
