import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../../testing/map_storage.ts";
import { copyName, LocalCopies } from "../drafts/local_copies.ts";
import { hasPending, PendingCopies, type PendingMessage } from "../pending/pending_storage.ts";
import { PlacedStorage } from "./placed_storage.ts";

function browser() {
  const kept = new Map<string, string>();
  const storage = mapStorage(kept);
  return { kept, at: (place: string) => new PlacedStorage(() => storage, place) };
}

const MESSAGE: PendingMessage = {
  token: "t",
  ticketId: 1,
  kind: "reply",
  content: { title: "", body: "Text", files: [] },
  lastSeen: null,
  status: null,
  writtenAt: 1,
  dueAt: 1,
  tries: 1,
};

test("what is written at one desk is neither shown nor sent at another one of the same address", () => {
  const { at, kept } = browser();
  const draft = { title: "", body: "Text", files: [], token: "t", version: 0, isSaved: false };
  const name = copyName("bob", "p", 1, "reply");
  const places = ["/", "/sales/", "/support/"];
  for (const place of places) {
    for (const other of places) {
      kept.clear();
      const copies = [place, other].map((one) => new PendingCopies(() => at(one), "bob", "p"));
      copies[0]?.write(MESSAGE);
      new LocalCopies(() => at(place)).write(name, draft);
      const isSame = place === other;
      assert.equal(new LocalCopies(() => at(other)).read(name) !== null, isSame);
      assert.equal(
        hasPending(() => at(other)),
        isSame,
      );
      assert.equal(copies[1]?.read().length, isSame ? 1 : 0);
    }
  }
});

test("a name of the storage is the page's own, or nobody's", () => {
  const { at, kept } = browser();
  const page = at("/support/");
  page.setItem("a", "1");
  const [key = ""] = kept.keys();
  assert.equal(page.nameOf(key), "a");
  assert.equal(page.nameOf("a"), null);
  assert.equal(page.nameOf(null), null);
  assert.equal(at("/").nameOf("a"), "a");
  page.removeItem("a");
  assert.equal(page.length, 0);
});

test("a storage that is switched off throws, as the browser's own does", () => {
  const off = new PlacedStorage(() => {
    throw new Error("switched off");
  }, "/");
  assert.throws(() => off.getItem("a"));
  assert.equal(
    hasPending(() => off),
    false,
  );
});
