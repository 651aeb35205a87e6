import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "./step.ts";

test("a step begins at the first row, and ends at the ends", () => {
  assert.deepEqual([step(3, -1, 1), step(3, -1, -1), step(3, 0, -1), step(3, 1, 1), step(3, 2, 1)], [0, 0, 0, 2, 2]);
});
