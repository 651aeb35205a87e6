import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment } from "../../api/wire.ts";
import { type DraftContent, EMPTY, goesOn, isEmpty, isSame, isSameText, join } from "./draft_content.ts";
import { merge, type Sent, staysHere } from "./merging.ts";

function file(id: number): Attachment {
  return { attachment_id: id, name: `${id}`, size: 1, type: "text/plain", width: null, height: null };
}

function content(body: string, ...ids: number[]): DraftContent {
  return { title: "", body, files: ids.map(file) };
}

test("spaces alone are no text, and a file alone is one", () => {
  assert.equal(isEmpty(content(" \n")), true);
  assert.equal(isEmpty(content("", 1)), false);
  assert.equal(isEmpty({ ...EMPTY, title: "t" }), false);
});

test("two texts are put together with the files of both, each once", () => {
  assert.deepEqual(join(content("one ", 1), content("two", 1, 2)), content("one\n\ntwo", 1, 2));
  assert.deepEqual(join(EMPTY, content("two")), content("two"));
  assert.deepEqual(join(content("", 1), content("two")), content("two", 1));
});

test("a text goes on from another where it has all of it", () => {
  assert.equal(goesOn(content("one, two", 1), content("one", 1)), true);
  assert.equal(goesOn(content("one, two"), content("one", 1)), false);
  assert.equal(goesOn(content("two"), content("one")), false);
});

test("what the server takes out of a text makes no other text", () => {
  assert.equal(isSameText(" a\u0000b \r\n", "ab"), true);
  assert.equal(isSameText("ab", "abc"), false);
  assert.equal(isSame(content("a"), content("a ")), false);
});

test("a text here and the server's draft come together", () => {
  const here = { mine: content("mine"), isOwn: true, saved: content("saved"), version: 5 };
  const cases: Array<[DraftContent, number, string]> = [
    [content("theirs"), 5, "known"],
    [content("mine"), 6, "same"],
    [content("saved"), 6, "go-on"],
    [content("mi"), 6, "go-on"],
    [content("theirs"), 6, "both"],
  ];
  for (const [theirs, version, expected] of cases) assert.equal(merge(here, { theirs, version }), expected);
  assert.equal(merge({ ...here, mine: here.saved }, { theirs: content("theirs"), version: 6 }), "take");
  assert.equal(
    merge({ ...here, mine: EMPTY }, { theirs: content("theirs"), version: 6 }),
    "both",
    "it was emptied here",
  );
  const movedAway = { ...here, mine: EMPTY, isOwn: false };
  assert.equal(merge(movedAway, { theirs: content("theirs"), version: 6 }), "take");
  assert.equal(merge(movedAway, { theirs: here.saved, version: 6 }), "go-on");
});

test("a text whose draft is gone stays where it was typed and not sent", () => {
  const saved = { mine: content("a"), saved: content("a") };
  const typed = { mine: content("a b"), saved: content("a") };
  const elsewhere = (body: string) => ({ body, isFromHere: false });
  const here = (body: string) => ({ body, isFromHere: true });
  const cases: Array<[typeof saved, Sent | null, boolean, boolean]> = [
    [saved, null, true, false],
    [saved, elsewhere("a"), true, false],
    [saved, here("a"), true, true],
    [saved, elsewhere("b"), true, true],
    [saved, elsewhere("b"), false, false],
    [typed, null, false, true],
    [typed, elsewhere("a b"), true, false],
    [typed, here("a b"), true, true],
    [{ mine: EMPTY, saved: EMPTY }, here("a"), true, false],
    [{ mine: EMPTY, saved: EMPTY }, elsewhere("a"), true, false],
  ];
  for (const [texts, sent, isOwn, expected] of cases) assert.equal(staysHere(texts, sent, isOwn), expected);
});
