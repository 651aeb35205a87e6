/** Whose settings are shown, on a page of several projects. */
import { signal } from "@preact/signals-core";
import { desk } from "../../app.ts";
import type { Project } from "../../stores/project.ts";

const chosen = signal<string | null>(null);

/** Return the project whose settings are shown; null while no project knows the user. */
export function settingsProject(): Project | null {
  const known = desk.known.value;
  return known.find((project) => project.id === chosen.value) ?? known[0] ?? null;
}

export function chooseProject(id: string): void {
  chosen.value = id;
}
