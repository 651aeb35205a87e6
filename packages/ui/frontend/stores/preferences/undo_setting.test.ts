import assert from "node:assert/strict";
import { test } from "node:test";
import { UndoSetting } from "./undo_setting.ts";

function kept(): Storage & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
    removeItem: (name: string) => void values.delete(name),
  } as Storage & { values: Map<string, string> };
}

test("a reply can be taken back for five seconds until its author has chosen another time, which is kept", () => {
  const storage = kept();
  const first = new UndoSetting(() => storage);
  assert.equal(first.seconds.value, 5);
  first.set(20);
  assert.equal(new UndoSetting(() => storage).seconds.value, 20);
});

test("what is no choice counts for nothing", () => {
  const storage = kept();
  new UndoSetting(() => storage).set(86_400);
  assert.equal(new UndoSetting(() => storage).seconds.value, 5);
});
