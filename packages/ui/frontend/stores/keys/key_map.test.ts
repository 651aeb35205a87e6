import assert from "node:assert/strict";
import { test } from "node:test";
import { collide } from "../../features/keys/strokes.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import type { TextStorage } from "../quiet_storage.ts";
import { KeyMap } from "./key_map.ts";

const DEFAULTS = { next: ["j"], previous: ["k"], mine: ["g m"], solve: ["e"] };

function memory(kept: Record<string, string> = {}): () => TextStorage {
  const storage = mapStorage(new Map(Object.entries(kept)));
  return () => storage;
}

test("a key that is given to another action is taken from the first, also after a reload", () => {
  const storage = memory();
  const map = new KeyMap(storage, DEFAULTS, collide);
  assert.equal(map.takenBy("j", "solve"), "next");
  map.set("solve", "j");
  assert.deepEqual([map.of("solve"), map.of("next"), map.of("previous")], [["j"], [], ["k"]]);
  const again = new KeyMap(storage, DEFAULTS, collide);
  assert.deepEqual([again.of("solve"), again.of("next")], [["j"], []]);
  assert.equal(again.isChanged("previous"), false);
});

test("a key that begins another binding takes that one", () => {
  const map = new KeyMap(memory(), DEFAULTS, collide);
  assert.equal(map.takenBy("g", "solve"), "mine");
  map.set("solve", "g");
  assert.deepEqual(map.of("mine"), []);
});

test("a key that its user has given to an action is not that of an action of a later release", () => {
  for (const [chosen, next, mine] of [
    ["j", [], ["g m"]],
    ["g", ["j"], []],
  ] as const) {
    const storage = memory({ "hero_assistance.key_map": JSON.stringify({ solve: [chosen] }) });
    const map = new KeyMap(storage, DEFAULTS, collide);
    assert.deepEqual([map.of("solve"), map.of("next"), map.of("mine")], [[chosen], next, mine]);
    assert.equal(map.takenBy(chosen, "solve"), null);
    assert.equal(map.reset("solve"), true);
    assert.deepEqual([map.of("next"), map.of("mine")], [["j"], ["g m"]]);
  }
});

test("one key is reset, unless another action has it by now; all of them are reset together", () => {
  const storage = memory();
  const map = new KeyMap(storage, DEFAULTS, collide);
  map.set("solve", "j");
  assert.equal(map.reset("next"), false);
  assert.equal(map.reset("solve"), true);
  assert.equal(map.reset("next"), true);
  assert.equal(map.hasChanges, false);
  map.set("solve", null);
  assert.deepEqual(map.of("solve"), []);
  map.resetAll();
  assert.deepEqual(map.of("solve"), ["e"]);
  assert.equal(storage().getItem("hero_assistance.key_map"), null);
});

test("what is kept and makes no sense is left alone", () => {
  for (const kept of ["{", "null", "[]", '{"next": 3}', '{"next": [1]}', '{"gone": ["j"]}']) {
    const map = new KeyMap(memory({ "hero_assistance.key_map": kept }), DEFAULTS, collide);
    assert.deepEqual(map.of("next"), ["j"], kept);
    assert.equal(map.takenBy("j", "solve"), "next");
  }
});
