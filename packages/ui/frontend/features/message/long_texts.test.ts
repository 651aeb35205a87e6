import assert from "node:assert/strict";
import { test } from "node:test";
import { cutLongText } from "./long_texts.ts";

function lines(count: number): string {
  return Array.from({ length: count }, (_, number) => `line ${number}`).join("\n");
}

test("a text of ordinary length stays whole, and so does one with a short rest", () => {
  for (const text of ["", "Hello", lines(40), lines(51), "a ".repeat(1_500), "a ".repeat(1_900)]) {
    assert.deepEqual(cutLongText(text), { text, isCut: false });
  }
});

test("a text of many lines is cut at the end of a line", () => {
  assert.deepEqual(cutLongText(lines(60)), { text: lines(40), isCut: true });
});

test("a text of long lines is cut at the end of a word", () => {
  const { text, isCut } = cutLongText("word ".repeat(5_000));
  assert.equal(isCut, true);
  assert.match(text, /word$/);
  assert.ok(text.length <= 3_000);
});

test("a text of one word is cut between letters", () => {
  const { text } = cutLongText(`a${"😀".repeat(10_000)}`);
  assert.doesNotMatch(text, /[\ud800-\udbff]$/);
  assert.ok(text.length <= 3_000);
});
