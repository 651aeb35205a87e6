import assert from "node:assert/strict";
import { test } from "node:test";
import { collide, isCharacterKey, isUsable, type Pressed, partsOf, strokeOf } from "./strokes.ts";

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false };

function pressed(key: string, fields: Partial<Pressed> = {}): Pressed {
  return { key, code: "", defaultPrevented: false, ...PLAIN, ...fields };
}

test("a key is named by what it types, with what is held down", () => {
  assert.equal(strokeOf(pressed("j")), "j");
  assert.equal(strokeOf(pressed("J", { shiftKey: true })), "J");
  // With the capitals locked.
  assert.equal(strokeOf(pressed("J")), "j");
  assert.equal(strokeOf(pressed("j", { shiftKey: true })), "J");
  assert.equal(strokeOf(pressed("?", { shiftKey: true })), "?");
  assert.equal(strokeOf(pressed("k", { ctrlKey: true })), "Ctrl+K");
  assert.equal(strokeOf(pressed("k", { metaKey: true })), "Ctrl+K");
  assert.equal(strokeOf(pressed("K", { ctrlKey: true, shiftKey: true })), "Ctrl+Shift+K");
  assert.equal(strokeOf(pressed("Enter", { shiftKey: true })), "Shift+Enter");
  assert.equal(strokeOf(pressed(" ")), "Space");
  assert.equal(strokeOf(pressed("+", { ctrlKey: true })), "Ctrl++");
});

test("what only holds, or makes a part of a character, is no key", () => {
  for (const key of ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Dead", "Process"]) {
    assert.equal(strokeOf(pressed(key)), null, key);
  }
  assert.equal(strokeOf(pressed("k", { isComposing: true })), null);
});

test("a letter of another script is the one at its place, and a sign typed with AltGr is itself", () => {
  assert.equal(strokeOf(pressed("о", { code: "KeyJ" })), "j");
  assert.equal(strokeOf(pressed("ξ", { code: "KeyJ", ctrlKey: true })), "Ctrl+J");
  assert.equal(strokeOf(pressed("#", { code: "Digit3", ctrlKey: true, altKey: true })), "#");
  assert.equal(strokeOf(pressed("˚", { code: "KeyK", altKey: true })), "Alt+K");
  // The Latin letter counts, wherever its keyboard has it.
  assert.equal(strokeOf(pressed("z", { code: "KeyY" })), "z");
  assert.equal(strokeOf(pressed("é", { code: "Digit2" })), "é");
});

test("a binding is shown by its keys", () => {
  assert.deepEqual(partsOf("g i"), [["g"], ["i"]]);
  assert.deepEqual(partsOf("J"), [["Shift", "J"]]);
  assert.deepEqual(partsOf("Ctrl+Shift+K"), [["Ctrl", "Shift", "K"]]);
  assert.deepEqual(partsOf("Ctrl++"), [["Ctrl", "+"]]);
  assert.deepEqual(partsOf("+"), [["+"]]);
});

test("keys that move, type or send are not given away", () => {
  for (const stroke of ["Tab", "Enter", "Escape", "Space", "ArrowDown", "F5", "Ctrl+Enter"]) {
    assert.equal(isUsable(stroke), false, stroke);
  }
  for (const stroke of ["j", "J", "#", "Ctrl+K", "Alt+1"]) assert.equal(isUsable(stroke), true, stroke);
});

test("a binding that begins another one collides with it", () => {
  assert.equal(collide("g", "g i"), true);
  assert.equal(collide("g i", "g"), true);
  assert.equal(collide("g i", "g i"), true);
  assert.equal(collide("g i", "g m"), false);
  assert.equal(collide("Ctrl+K", "K"), false);
});

test("a key that types is told from one that is held with another", () => {
  assert.deepEqual(["j", "g i", "?", "Ctrl+K", "Alt+M"].map(isCharacterKey), [true, true, true, false, false]);
});
