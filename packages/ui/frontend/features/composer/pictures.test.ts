import assert from "node:assert/strict";
import { test } from "node:test";
import { insertPicture, removePicture } from "./pictures.ts";

test("a picture stands on a line of its own, and goes with its file", () => {
  const shot = { attachment_id: 7, name: "a [b].png" };
  assert.deepEqual(insertPicture("", 0, shot), { text: "![a _b_.png](attachment:7)\n", caret: 27 });
  const { text, caret } = insertPicture("See: and then", 4, shot);
  assert.equal(text, "See:\n![a _b_.png](attachment:7)\n and then");
  assert.equal(text.slice(caret), " and then");
  assert.equal(removePicture(text, 7), "See:\n and then");
  assert.equal(removePicture(text, 70), text);
});
