import assert from "node:assert/strict";
import { test } from "node:test";
import { findTyped, splitMentions } from "./mentions.ts";

test("a mention is typed from its @ to the caret", () => {
  assert.deepEqual(findTyped("ask @er", 7), { start: 4, prefix: "er" });
  assert.deepEqual(findTyped("@", 1), { start: 0, prefix: "" });
  assert.deepEqual(findTyped("(@Érin, please", 6), { start: 1, prefix: "Érin" });
  assert.deepEqual(findTyped("@erin then", 3), { start: 0, prefix: "er" });
});

test("an address, a path and a finished word are no mention", () => {
  for (const text of ["erin@ex", "a/@x", "@erin ", "", "x.@y"]) assert.equal(findTyped(text, text.length), null);
});

test("a text is cut at the mentions of those who are known, the signs at their end aside", () => {
  const isKnown = (id: string) => ["erin-x", "bob"].includes(id);
  assert.deepEqual(splitMentions("ask @erin-x. Or @bob, not x@bob or @carol", isKnown), [
    { text: "ask ", id: null },
    { text: "@erin-x", id: "erin-x" },
    { text: ". Or ", id: null },
    { text: "@bob", id: "bob" },
    { text: ", not x@bob or @carol", id: null },
  ]);
  assert.deepEqual(splitMentions("", isKnown), []);
});
