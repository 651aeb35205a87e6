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

test("a change is shown at once, and gone when it is undone", () => {
  const table = new VersionedTable<string>();
  table.put(1, "a", 1);
  const first = table.change(1, (row) => `${row}+x`);
  const second = table.change(1, (row) => `${row}+y`);
  assert.equal(table.get(1), "a+x+y");
  first.undo();
  assert.equal(table.get(1), "a+y");
  second.undo();
  assert.equal(table.get(1), "a");
});

test("a change that the server has is shown until the row that has it arrives, after the answer", () => {
  const table = new VersionedTable<string>();
  table.put(1, "a", 1);
  const change = table.change(1, () => "b");
  table.put(1, "a, renamed", 2);
  assert.equal(table.get(1), "b");
  change.settle((row) => row.startsWith("b"));
  assert.equal(table.get(1), "b");
  table.put(1, "a, renamed again", 3);
  assert.equal(table.get(1), "b");
  table.put(1, "b, renamed", 4);
  assert.equal(table.get(1), "b, renamed");
  table.put(1, "c", 5);
  assert.equal(table.get(1), "c");
});

test("a change whose row has arrived before the answer is dropped with the answer", () => {
  const table = new VersionedTable<string>();
  table.put(1, "a", 1);
  const change = table.change(1, (row) => `${row}+B`);
  table.put(1, "a+b", 2);
  change.settle((row) => row.endsWith("b"));
  assert.equal(table.get(1), "a+b");
});

test("a change of a row that is gone meanwhile brings nothing back", () => {
  const table = new VersionedTable<string>();
  table.change(1, () => "b").undo();
  table.put(1, "a", 1);
  const change = table.change(1, () => "b");
  table.remove(1);
  change.undo();
  assert.equal(table.get(1), null);
});
