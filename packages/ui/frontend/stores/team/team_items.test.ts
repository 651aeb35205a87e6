import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import type { Event } from "../../api/wire.ts";
import { event } from "../fixtures.ts";
import { rank, TeamItems } from "./team_items.ts";

const NAMED = ["Ask for logs", "Logs, please", "VPN: réglé", "Bye"].map((name) => ({ name }));

function names(typed: string): string[] {
  return rank(NAMED, typed).map(({ name }) => name);
}

test("each word that is typed begins a word of the name, and names that begin so come first", () => {
  assert.deepEqual(names("log"), ["Logs, please", "Ask for logs"]);
  assert.deepEqual(names("lo as"), ["Ask for logs"]);
  assert.deepEqual(names("regle"), ["VPN: réglé"]);
  assert.deepEqual(names("ye"), []);
  assert.equal(names("").length, NAMED.length);
});

test("all pages are fetched once, and again after a change", async () => {
  let listener: (event: Event) => void = () => {};
  const asked: Array<string | null> = [];
  const follow = (heard: (event: Event) => void) => {
    listener = heard;
    return () => {};
  };
  const snapshots = signal(1);
  const items = new TeamItems({ follow, snapshots }, "macro", async (cursor) => {
    asked.push(cursor);
    return { items: [{ name: `${asked.length}` }], next: cursor === null ? "more" : null };
  });
  assert.deepEqual(await items.all(), [{ name: "1" }, { name: "2" }]);
  await items.find("1");
  assert.deepEqual(asked, [null, "more"]);
  listener(event(1, "macro.deleted", { record: { noun: "removed", of: "canned_reply", key: "1" } }));
  await items.all();
  assert.equal(asked.length, 2);
  listener(event(2, "macro.deleted", { record: { noun: "removed", of: "macro", key: "1" } }));
  await items.all();
  assert.equal(asked.length, 4);
  // After an outage, a snapshot stands for the events that were missed.
  snapshots.value += 1;
  await items.all();
  assert.equal(asked.length, 6);
});

test("a fetch that failed is tried again", async () => {
  let fails = true;
  const items = new TeamItems({ follow: () => () => {}, snapshots: signal(0) }, "macro", async () => {
    if (fails) throw new Error("down");
    return { items: NAMED, next: null };
  });
  await assert.rejects(items.all());
  fails = false;
  assert.equal((await items.all()).length, NAMED.length);
});
