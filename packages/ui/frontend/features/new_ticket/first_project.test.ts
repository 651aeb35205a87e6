import assert from "node:assert/strict";
import { test } from "node:test";
import { firstProject } from "./first_project.ts";

const [ONE, OTHER] = [{ id: "one" }, { id: "other" }];

test("a named project is waited for, whichever answers first", () => {
  assert.equal(firstProject([ONE], "other", true), "");
  assert.equal(firstProject([ONE, OTHER], "other", true), "other");
});

test("without a name the only one is taken, and of several none", () => {
  assert.equal(firstProject([ONE], null, true), "one");
  assert.equal(firstProject([ONE, OTHER], null, true), "");
});

test("a desk of one project has no other, whatever the address says", () => {
  assert.equal(firstProject([ONE], "other", false), "one");
});
