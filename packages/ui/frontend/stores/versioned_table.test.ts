import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "@preact/signals-core";
import { VersionedTable } from "./versioned_table.ts";

test("an older row never replaces a newer one", () => {
  const table = new VersionedTable<string>();
  table.put(1, "at 5", 5);
  table.put(1, "at 4", 4);
  assert.equal(table.get(1), "at 5");
  table.put(1, "at 5 again", 5);
  assert.equal(table.get(1), "at 5 again");
});

test("a reader of one row runs for that row alone", () => {
  const table = new VersionedTable<string>();
  table.put(1, "one", 1);
  table.put(2, "two", 1);
  const seen: Array<string | null> = [];
  effect(() => {
    seen.push(table.get(1));
  });
  table.put(2, "two, changed", 2);
  table.put(3, "three", 3);
  assert.deepEqual(seen, ["one"]);
  table.put(1, "one, changed", 4);
  assert.deepEqual(seen, ["one", "one, changed"]);
});

test("a reader of a row that is not there runs when it comes, goes and comes back", () => {
  const table = new VersionedTable<string>();
  const seen: Array<string | null> = [];
  effect(() => {
    seen.push(table.get(1));
  });
  table.put(1, "first", 1);
  table.remove(1);
  table.put(1, "second", 0);
  assert.equal(seen.at(0), null);
  assert.equal(seen.at(1), "first");
  assert.equal(seen.at(-2), null);
  assert.equal(seen.at(-1), "second");
});

test("a table that was cleared takes rows of any number", () => {
  const table = new VersionedTable<string>();
  table.put(1, "of another user", 9);
  table.clear();
  assert.equal(table.has(1), false);
  table.put(1, "ours", 1);
  assert.equal(table.get(1), "ours");
});
