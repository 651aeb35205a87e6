import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../../testing/map_storage.ts";
import { StoredChoice } from "./stored_choice.ts";

test("a choice is remembered, and the first name is chosen before", () => {
  const storage = mapStorage();
  const choice = new StoredChoice("density", ["comfortable", "compact"], () => storage);
  assert.equal(choice.value.value, "comfortable");
  choice.choose("compact");
  assert.equal(new StoredChoice("density", ["comfortable", "compact"], () => storage).value.value, "compact");
});

test("what is none of the names is not chosen, and not taken from the storage", () => {
  const storage = mapStorage();
  storage.setItem("hero_assistance.density", "huge");
  const choice = new StoredChoice("density", ["comfortable", "compact"], () => storage);
  choice.choose("tiny");
  assert.equal(choice.value.value, "comfortable");
});

test("a browser that keeps nothing lets one choose all the same", () => {
  const choice = new StoredChoice("density", ["comfortable", "compact"], () => {
    throw new Error("off");
  });
  choice.choose("compact");
  assert.equal(choice.value.value, "compact");
});
