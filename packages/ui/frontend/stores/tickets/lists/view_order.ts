/** The order of saved views: each user's own. */
import type { SavedCount } from "../../../api/wire.ts";

/** Return the views in the order of their ids; those that have no place in it follow, as they were. */
export function orderSaved(saved: readonly SavedCount[], viewIds: readonly number[]): SavedCount[] {
  const places = new Map(viewIds.map((id, place) => [id, place]));
  const placeOf = ({ view }: SavedCount) => places.get(view.view_id) ?? viewIds.length;
  return [...saved].sort((one, other) => placeOf(one) - placeOf(other));
}

/** Return the ids with one of them moved up or down by a place; the same ids where it is at the end already. */
export function moveId(ids: readonly number[], id: number, by: 1 | -1): number[] {
  const at = ids.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return [...ids];
  const moved = ids.filter((one) => one !== id);
  moved.splice(to, 0, id);
  return moved;
}
