import assert from "node:assert/strict";
import { test } from "node:test";
import { findTrigger, replaceTyped, type Trigger } from "./triggers.ts";

const ALL: Trigger[] = ["@", "/", ":"];

function found(text: string, triggers = ALL): string | null {
  const typed = findTrigger(text, text.length, triggers);
  return typed === null ? null : `${typed.trigger}${typed.start}${typed.prefix}`;
}

test("a sign at the start of a word asks for what it stands for", () => {
  assert.equal(found("/"), "/0");
  assert.equal(found("Dear Carol,\n/ref"), "/12ref");
  assert.equal(found("ask @al"), "@4al");
  assert.equal(found("fine :smi"), ":5smi");
  assert.equal(found("(:ok"), ":1ok");
  assert.equal(found("/é"), "/0é");
});

test("paths, addresses, times and smiles are text", () => {
  for (const text of [
    "/etc/hosts",
    "and/or",
    "https://",
    "see /a b",
    "10:30",
    "a:bc",
    ":)",
    ":",
    ": s",
    "Note:yes",
    "a@b",
  ]) {
    assert.equal(found(text), null, text);
  }
});

test("a text offers what it has, and nothing behind the caret", () => {
  assert.equal(found("@al", ["/", ":"]), null);
  assert.equal(findTrigger("/ref and more", 4, ALL)?.prefix, "ref");
  assert.equal(findTrigger("/ref", 2, ALL)?.prefix, "r");
});

test("what is chosen takes the place of what was typed", () => {
  const text = "Hello /gre you";
  const typed = findTrigger(text, 10, ALL);
  assert.ok(typed);
  assert.deepEqual(replaceTyped(text, typed, "Dear Carol,"), { text: "Hello Dear Carol, you", caret: 17 });
  // The text was changed while the server filled in the placeholders.
  assert.deepEqual(replaceTyped("Hallo", typed, "!"), { text: "Hallo!", caret: 6 });
});
