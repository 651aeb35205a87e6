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
  const map = new KeyMap(storage, DEFAULTS);
  assert.equal(map.takenBy("j", "solve", collide), "next");
  map.set("solve", "j", collide);
  assert.deepEqual([map.of("solve"), map.of("next"), map.of("previous")], [["j"], [], ["k"]]);
  const again = new KeyMap(storage, DEFAULTS);
  assert.deepEqual([again.of("solve"), again.of("next")], [["j"], []]);
  assert.equal(again.isChanged("previous"), false);
});

test("a key that begins another binding takes that one", () => {
  const map = new KeyMap(memory(), DEFAULTS);
  assert.equal(map.takenBy("g", "solve", collide), "mine");
  map.set("solve", "g", collide);
  assert.deepEqual(map.of("mine"), []);
});

test("one key is reset, unless another action has it by now; all of them are reset together", () => {
  const storage = memory();
  const map = new KeyMap(storage, DEFAULTS);
  map.set("solve", "j", collide);
  assert.equal(map.reset("next", collide), false);
  assert.equal(map.reset("solve", collide), true);
  assert.equal(map.reset("next", collide), true);
  assert.equal(map.hasChanges, false);
  map.set("solve", null, collide);
  assert.deepEqual(map.of("solve"), []);
  map.resetAll();
  assert.deepEqual(map.of("solve"), ["e"]);
  assert.equal(storage().getItem("hero_assistance.key_map"), null);
});

test("what is kept and makes no sense is left alone", () => {
  for (const kept of ["{", "null", "[]", '{"next": 3}', '{"next": [1]}', '{"gone": ["j"]}']) {
    const map = new KeyMap(memory({ "hero_assistance.key_map": kept }), DEFAULTS);
    assert.deepEqual(map.of("next"), ["j"], kept);
    assert.equal(map.takenBy("j", "solve", collide), "next");
  }
});
