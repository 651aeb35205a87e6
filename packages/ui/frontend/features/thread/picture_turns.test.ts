import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./picture_turns.ts";

test("so many begin at once, and the next when one ends", () => {
  const begun: number[] = [];
  const turns = new Turns(2);
  const ends = [0, 1, 2, 3].map((number) => turns.take(() => begun.push(number)));
  assert.deepEqual(begun, [0, 1]);
  ends[0]?.();
  assert.deepEqual(begun, [0, 1, 2]);
  ends[0]?.();
  assert.deepEqual(begun, [0, 1, 2]);
  ends[1]?.();
  assert.deepEqual(begun, [0, 1, 2, 3]);
});

test("who leaves before its turn never begins", () => {
  const begun: number[] = [];
  const turns = new Turns(1);
  const ends = [0, 1, 2].map((number) => turns.take(() => begun.push(number)));
  ends[1]?.();
  ends[0]?.();
  assert.deepEqual(begun, [0, 2]);
});
