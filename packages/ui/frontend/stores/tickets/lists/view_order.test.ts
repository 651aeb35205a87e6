import assert from "node:assert/strict";
import { test } from "node:test";
import { moveId, orderSaved } from "./view_order.ts";

function saved(view_id: number) {
  const view = { noun: "view" as const, view_id, name: `V${view_id}`, filter: "", owner: "bob", shared: false };
  return { view, count: 0, or_more: false };
}

test("views stand in the order of their ids, and those without a place behind them", () => {
  const ordered = orderSaved([saved(1), saved(2), saved(3), saved(4)], [3, 1]);
  assert.deepEqual(
    ordered.map(({ view }) => view.view_id),
    [3, 1, 2, 4],
  );
});

test("an id moves by a place, and stays at the ends", () => {
  assert.deepEqual(moveId([1, 2, 3], 2, -1), [2, 1, 3]);
  assert.deepEqual(moveId([1, 2, 3], 2, 1), [1, 3, 2]);
  for (const [id, by] of [
    [1, -1],
    [3, 1],
    [9, 1],
  ] as const)
    assert.deepEqual(moveId([1, 2, 3], id, by), [1, 2, 3]);
});
