import assert from "node:assert/strict";
import { test } from "node:test";
import { faultWords } from "./fault_words.ts";

test("what a type does not take is said in plain words", () => {
  for (const [fault, words] of [
    ["Input should be a valid integer", "Write a whole number, such as 10"],
    ["Input should be a valid number", "Write a number, such as 10"],
    ["Input should be greater than or equal to 0", "0 is the least"],
    ["Input should be less than or equal to 720", "720 is the most"],
    ["String should have at least 1 character", "Write something here"],
    ["String should have at most 300 characters", "At most 300 characters"],
  ] as const)
    assert.equal(faultWords(fault), words);
});

test("a bound is said in the unit of its field, and what is said can be typed", () => {
  const mib = 1024 * 1024;
  for (const [bound, factor, words] of [
    ["less than or equal to 1073741824", mib, "1024 is the most"],
    ["less than or equal to 527040", 60 * 24, "366 is the most"],
    ["less than or equal to 100", 60, "1.66 is the most"],
    ["greater than or equal to 1", 60, "0.02 is the least"],
    ["greater than or equal to 1", mib, "0.01 is the least"],
    ["greater than or equal to 1", 1, "1 is the least"],
  ] as const)
    assert.equal(faultWords(`Input should be ${bound}`, factor), words);
});

test("what the server says in its own words begins as a sentence does, and keeps its code", () => {
  assert.equal(faultWords("is empty"), "Is empty");
  assert.equal(faultWords("{{customer.nom}} is no placeholder"), "{{customer.nom}} is no placeholder");
});
