import assert from "node:assert/strict";
import { test } from "node:test";
import { findEmoji } from "./emoji.ts";

const ENTRIES = [
  { emoji: "😺", names: ["smiley_cat"], tags: [] },
  { emoji: "😄", names: ["smile"], tags: ["happy"] },
  { emoji: "😃", names: ["smiley"], tags: ["happy"] },
  { emoji: "😸", names: ["cat_smile"], tags: [] },
  { emoji: "👍", names: ["+1", "thumbsup"], tags: ["approve", "thumbs"] },
];

function names(typed: string, most = 8): string[] {
  return findEmoji(ENTRIES, typed, most).map(({ name }) => name);
}

test("names that begin so come first, the shortest of them before the others", () => {
  assert.deepEqual(names("smi"), ["smile", "smiley", "smiley_cat", "cat_smile"]);
  assert.deepEqual(names("SMI", 2), ["smile", "smiley"]);
  assert.deepEqual(names("zzz"), []);
});

test("an emoji is found by each of its names and by words for it, and offered once", () => {
  assert.deepEqual(names("+1"), ["+1"]);
  assert.deepEqual(names("thumbs"), ["thumbsup"]);
  assert.deepEqual(names("appr"), ["+1"]);
  assert.deepEqual(names("happy"), ["smile", "smiley"]);
});
