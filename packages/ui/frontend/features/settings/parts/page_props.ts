/** What each page of the settings is given. */
import type { Project } from "../../../stores/project.ts";

/** `item` is what the page is about; empty for its list. */
export type PageProps = { project: Project; item: string };
