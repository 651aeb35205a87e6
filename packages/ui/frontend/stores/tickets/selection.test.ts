import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "./selection.ts";

const LISTED = ["p/5", "p/4", "p/3", "p/2", "p/1"];

test("a ticket is selected and taken out by itself", () => {
  const selection = new Selection();
  selection.toggle("p/3");
  selection.toggle("p/1");
  assert.deepEqual(selection.keys.value, ["p/3", "p/1"]);
  selection.toggle("p/3");
  assert.deepEqual([selection.has("p/3"), selection.has("p/1"), selection.count.value], [false, true, 1]);
});

test("a range is from the last one to this, in both directions, and takes out what begins with one taken out", () => {
  const selection = new Selection();
  selection.toggle("p/4");
  selection.extend("p/2", LISTED);
  assert.deepEqual(selection.keys.value, ["p/4", "p/3", "p/2"]);
  selection.extend("p/5", LISTED);
  assert.equal(selection.count.value, 4);
  selection.toggle("p/3");
  selection.extend("p/1", LISTED);
  assert.deepEqual(new Set(selection.keys.value), new Set(["p/4", "p/5"]));
});

test("a range needs a beginning that is listed", () => {
  const selection = new Selection();
  selection.extend("p/2", LISTED);
  assert.deepEqual(selection.keys.value, ["p/2"]);
  selection.extend("p/4", ["p/4", "p/3"]);
  assert.deepEqual(selection.keys.value, ["p/2", "p/4"]);
});

test("all are selected and none, and nothing that happens elsewhere changes it", () => {
  const selection = new Selection();
  selection.add(LISTED);
  assert.equal(selection.count.value, 5);
  selection.remove(["p/5", "p/7"]);
  assert.equal(selection.count.value, 4);
  selection.replace(["p/9"]);
  assert.deepEqual(selection.keys.value, ["p/9"]);
  selection.clear();
  assert.equal(selection.isActive.value, false);
  selection.extend("p/2", LISTED);
  assert.deepEqual(selection.keys.value, ["p/2"]);
});
