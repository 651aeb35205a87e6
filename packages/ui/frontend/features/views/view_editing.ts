/** What is open of the saved views: nothing, the list of them, or the form of one. */
import { signal } from "@preact/signals-core";
import type { Project } from "../../stores/project.ts";
import type { ViewFields } from "../../stores/tickets/lists/saved_view_edits.ts";

export type Editing = { project: Project; fields: ViewFields | null };

/** Null while the dialog is closed; without fields it shows the list. */
export const editing = signal<Editing | null>(null);

/** Open the form of a new view with this filter. */
export function saveAsView(project: Project, filter: string): void {
  editing.value = { project, fields: { viewId: null, name: "", filter, shared: false } };
}

export function showSavedViews(project: Project): void {
  editing.value = { project, fields: null };
}
