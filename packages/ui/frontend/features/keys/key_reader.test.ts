import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyReader } from "./key_reader.ts";

const BINDINGS = { next: ["j"], inbox: ["g i"], mine: ["g m"], none: [], all: ["* a"] };

test("a key is its action, and a key after another one is theirs", () => {
  const reader = new KeyReader();
  assert.deepEqual(reader.read("j", BINDINGS, 0), { action: "next" });
  assert.equal(reader.read("g", BINDINGS, 10), "waiting");
  assert.deepEqual(reader.read("m", BINDINGS, 20), { action: "mine" });
  assert.equal(reader.read("m", BINDINGS, 30), null);
});

test("a second key that comes late, or to nothing, is no part of the first", () => {
  const reader = new KeyReader();
  reader.read("g", BINDINGS, 0);
  assert.deepEqual(reader.read("j", BINDINGS, 5_000), { action: "next" });
  reader.read("g", BINDINGS, 6_000);
  assert.equal(reader.read("j", BINDINGS, 6_100), null);
  assert.deepEqual(reader.read("j", BINDINGS, 6_200), { action: "next" });
  reader.read("g", BINDINGS, 7_000);
  reader.reset();
  assert.equal(reader.read("m", BINDINGS, 7_100), null);
});
