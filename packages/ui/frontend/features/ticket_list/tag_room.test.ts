import assert from "node:assert/strict";
import { test } from "node:test";
import { countShown, type Marks, roomForTags } from "./tag_room.ts";

const PLAIN: Marks = { status: "New", chips: [], hasCustomer: true, people: 0 };
const CROWDED: Marks = { status: "Waiting on customer", chips: ["Urgent", "Overdue"], hasCustomer: true, people: 1 };
const DESK = 24;
const TAGS = ["billing", "import", "parser"];

test("tags that have room are all shown", () => {
  assert.equal(countShown(TAGS, roomForTags(DESK, PLAIN), 3), 3);
});

test("no more are shown than a row may have", () => {
  assert.equal(countShown([...TAGS, "one more"], roomForTags(60, PLAIN), 3), 3);
  assert.equal(countShown(TAGS, roomForTags(60, PLAIN), 1), 1);
});

test("a long status, a priority and an assignee leave room for fewer", () => {
  const room = roomForTags(DESK, { ...CROWDED, chips: ["Urgent"] });
  const count = countShown(TAGS, room, 3);
  assert.ok(count < 3, `${count} of ${room}`);
  assert.equal(countShown(TAGS, roomForTags(DESK, CROWDED), 3), 0);
});

test("each of them takes room", () => {
  const room = roomForTags(DESK, PLAIN);
  const fuller: Partial<Marks>[] = [{ status: "Waiting on customer" }, { chips: ["High"] }, { people: 1 }];
  for (const change of fuller) assert.ok(roomForTags(DESK, { ...PLAIN, ...change }) < room);
  assert.ok(roomForTags(DESK, { ...PLAIN, hasCustomer: false }) > room);
});

test("the first tag is shown in part where it says something", () => {
  assert.equal(countShown(["a-tag-that-is-as-long-as-tags-may-get"], 6, 3), 1);
  assert.equal(countShown(["a-tag-that-is-as-long-as-tags-may-get"], 2, 3), 0);
});

test("broad letters take more room than narrow ones", () => {
  const room = 7;
  assert.equal(countShown(["illil", "tilt"], room, 3), 2);
  assert.equal(countShown(["請求書払", "輸入"], room, 3), 1);
});

test("no tags are none", () => assert.equal(countShown([], 10, 3), 0));
