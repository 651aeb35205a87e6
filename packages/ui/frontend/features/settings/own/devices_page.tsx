/** By what users sign in, and where they are signed in. */
import { t } from "../../../i18n/translate.ts";
import type { Project } from "../../../stores/project.ts";
import { ProjectDevices } from "../../devices/devices_view.tsx";
import { Page } from "../parts/page.tsx";

export function DevicesPage({ project }: { project: Project }) {
  return (
    <Page
      title={t("Sign-in and devices")}
      lead={t("Where you are signed in. Sign out what you do not know, or do not use any more: it ends at once.")}
    >
      <ProjectDevices project={project} />
    </Page>
  );
}
