import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../../testing/map_storage.ts";
import { EditCopies, editName } from "./edit_copies.ts";

const NAME = editName("bob", "p/q", 7);

function open(kept = new Map<string, string>()) {
  return new EditCopies(() => mapStorage(kept));
}

test("what was typed over a message is there after a reload, for its author alone", () => {
  const kept = new Map<string, string>();
  open(kept).write(NAME, "Use water.", "Use watter.");
  assert.equal(open(kept).read(NAME), "Use water.");
  for (const other of [editName("carol", "p/q", 7), editName("bob", "p", 7), editName("bob", "p/q", 8)]) {
    assert.equal(open(kept).read(other), null);
  }
});

test("an emptied text is one that was typed, and the text as it is saved is none", () => {
  const kept = new Map<string, string>();
  const copies = open(kept);
  copies.write(NAME, "", "Use watter.");
  assert.equal(copies.read(NAME), "");
  copies.write(NAME, "Use watter.", "Use watter.");
  assert.deepEqual([copies.read(NAME), kept.size], [null, 0]);
});

test("a copy is removed, and what is none is read as nothing", () => {
  const kept = new Map([[NAME, "{"]]);
  const copies = open(kept);
  assert.equal(copies.read(NAME), null);
  copies.write(NAME, "Use water.", "");
  copies.remove(NAME);
  assert.equal(kept.size, 0);
});

test("a storage that is switched off keeps nothing, and fails nothing", () => {
  const copies = new EditCopies(() => {
    throw new Error("switched off");
  });
  copies.write(NAME, "Use water.", "");
  assert.equal(copies.read(NAME), null);
});
