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

test("what the server says in its own words begins as a sentence does, and keeps its code", () => {
  assert.equal(faultWords("is empty"), "Is empty");
  assert.equal(faultWords("{{customer.nom}} is no placeholder"), "{{customer.nom}} is no placeholder");
});
