/** A tag, in the colour that the team has given it. */
import { desk } from "../app.ts";
import type { Project } from "../stores/project.ts";
import { settingsOf } from "../stores/settings/project_settings.ts";

type TagChipProps = { project: Project; tag: string };

/** Return the class of a tag's colour; without one until the page is used, so that the first view waits for nothing. */
export function tagClass(project: Project, tag: string): string {
  const settings = settingsOf(project);
  if (desk.isUsed.value) settings.ensure();
  const colour = settings.colourOf(tag);
  return colour === null ? "chip tag" : `chip tag tag-${colour}`;
}

export function TagChip({ project, tag }: TagChipProps) {
  return (
    <span class={tagClass(project, tag)}>
      <bdi>{tag}</bdi>
    </span>
  );
}
