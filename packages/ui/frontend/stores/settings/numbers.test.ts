import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf, timesOf } from "./numbers.ts";

test("a number is read with a comma or a point, and what is none is left to be refused", () => {
  assert.deepEqual([" 1,5 ", "2.25", "0", "-3"].map(numberOf), [1.5, 2.25, 0, -3]);
  assert.deepEqual(["", "two", "1e999", "1,2,3"].map(numberOf), ["", "two", "1e999", "1,2,3"]);
  assert.deepEqual([timesOf("1,5", 60), timesOf("x", 60)], [90, "x"]);
});
