import assert from "node:assert/strict";
import { test } from "node:test";
import type { Level, Present } from "../../api/wire.ts";
import { presenceWords } from "./presence_words.ts";

function at(level: Level, ...names: string[]): Present[] {
  return names.map((name) => ({ user_id: name, name, role: "agent", level }));
}

/** Without the marks that keep the direction of a name. */
function plain(people: Present[]): string[] {
  return presenceWords(people).map((words) => words.replace(/[\u2068\u2069]/g, ""));
}

test("nothing is said where only oneself is", () => {
  assert.deepEqual(plain([]), []);
});

test("those who write are said before those who look", () => {
  assert.deepEqual(plain([...at("writing", "Bob"), ...at("viewing", "Alice")]), [
    "Bob is writing",
    "Alice is looking at this",
  ]);
});

test("many are one name and a number", () => {
  assert.deepEqual(plain(at("viewing", "Alice", "Bob")), ["Alice and Bob are looking at this"]);
  assert.deepEqual(plain(at("viewing", "Alice", "Bob", "Carol")), ["Alice and 2 others are looking at this"]);
  assert.deepEqual(plain(at("writing", "Alice", "Bob", "Carol", "Dave")), ["Alice and 3 others are writing"]);
});

test("a name that is written from right to left stays in its place", () => {
  assert.deepEqual(presenceWords(at("writing", "משה")), ["\u2068משה\u2069 is writing"]);
});
