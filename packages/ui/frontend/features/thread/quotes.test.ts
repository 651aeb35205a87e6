import assert from "node:assert/strict";
import { test } from "node:test";
import { foldQuote } from "./quotes.ts";

test("a quote at the end is folded", () => {
  const folded = foldQuote("It works.\n\n> On Monday, Bob wrote:\n> > Use water.");
  assert.deepEqual(folded, { text: "It works.", quote: "On Monday, Bob wrote:\n> Use water." });
});

test("a text without one stays as it is", () => {
  assert.deepEqual(foldQuote("It works.\n2 > 1"), { text: "It works.\n2 > 1", quote: "" });
});

test("a quote with an answer below it stays as it is", () => {
  const body = "> Use water.\n> Or sand.\n\nIt works.";
  assert.deepEqual(foldQuote(body), { text: body, quote: "" });
});

test("a text that is nothing but a quote stays as it is", () => {
  assert.deepEqual(foldQuote("> one\n> two"), { text: "> one\n> two", quote: "" });
});

test("one quoted line is not worth a fold", () => {
  assert.deepEqual(foldQuote("It works.\n> Use water."), { text: "It works.\n> Use water.", quote: "" });
});
