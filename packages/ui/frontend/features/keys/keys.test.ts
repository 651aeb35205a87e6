import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, type Pressed, step } from "./keys.ts";

const STAFF = { isTyping: false, isStaff: true };

function pressed(key: string, fields: Partial<Pressed> = {}): Pressed {
  return { key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, defaultPrevented: false, ...fields };
}

test("a key is an action, unless it is a letter of a text or part of another key", () => {
  assert.equal(actionOf(pressed("j"), STAFF), "next");
  assert.equal(actionOf(pressed("?"), STAFF), "help");
  for (const key of ["J", "x", "toString", "Enter"]) assert.equal(actionOf(pressed(key), STAFF), null);
  assert.equal(actionOf(pressed("j"), { ...STAFF, isTyping: true }), null);
  for (const held of ["ctrlKey", "metaKey", "altKey", "isComposing", "defaultPrevented"] as const) {
    assert.equal(actionOf(pressed("r", { [held]: true }), STAFF), null, held);
  }
});

test("what agents alone do has no key for customers", () => {
  const customer = { isTyping: false, isStaff: false };
  for (const key of ["n", "a", "s", "l"]) assert.equal(actionOf(pressed(key), customer), null);
  assert.equal(actionOf(pressed("r"), customer), "reply");
});

test("a step begins at the first row, and ends at the ends", () => {
  assert.deepEqual([step(3, -1, 1), step(3, -1, -1), step(3, 0, -1), step(3, 1, 1), step(3, 2, 1)], [0, 0, 0, 2, 2]);
});
