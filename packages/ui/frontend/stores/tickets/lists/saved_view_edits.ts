/** What a user does with saved views: save, delete, move; and how many tickets a filter finds. */
import type { SavedView } from "../../../api/wire.ts";
import { LONGEST_PAGE } from "../../all_pages.ts";
import type { Project } from "../../project.ts";
import type { Views } from "../views.ts";
import { moveId } from "./view_order.ts";

export type ViewFields = { viewId: number | null; name: string; filter: string; shared: boolean };

/** Whether a user may change and delete a view: their own, and as an admin those of the team. */
export function mayEdit(view: SavedView, project: Project): boolean {
  const me = project.session.me.value;
  return view.shared ? me?.role === "admin" : view.owner === me?.user_id;
}

/** Save a new view, or change one; throws `ApiError`. */
export async function saveView(project: Project, { viewId, ...fields }: ViewFields): Promise<SavedView> {
  const written = { ...fields, name: fields.name.trim(), filter: fields.filter.trim() };
  return await project.call("view.save", { ...written, ...(viewId !== null && { view_id: viewId }) });
}

/** Delete a view; throws `ApiError`. */
export async function deleteView(project: Project, viewId: number): Promise<void> {
  await project.call("view.delete", { view_id: viewId });
}

/** Move a view up or down among the user's, which is shown at once and undone where it is refused; throws `ApiError`. */
export async function moveView(project: Project, views: Views, viewId: number, by: 1 | -1): Promise<void> {
  const before = views.saved.peek().map(({ view }) => view.view_id);
  const after = moveId(before, viewId, by);
  if (after.every((id, index) => id === before[index])) return;
  views.reorder(after);
  const answered = project.unanswered.expect("view.order", "view.order", { view_ids: after });
  try {
    await views.orders.run("order", async () => {
      await project.call("view.order", { view_ids: after });
    });
  } catch (error) {
    views.reorder(before);
    throw error;
  } finally {
    answered();
  }
}

/** Return how many tickets a filter finds: so many at least, where there are more than a page has; throws `ApiError`. */
export async function countFound(project: Project, filter: string): Promise<{ count: number; orMore: boolean }> {
  const { tickets, next_cursor: next } = await project.call("ticket.list", { filter, limit: LONGEST_PAGE });
  return { count: tickets.length, orMore: next !== null };
}
