import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError, parseError } from "../../api/errors.ts";
import { inPageWords } from "../../api/refusals.ts";
import { useCatalogue } from "../../i18n/translate.ts";
import { wordsOf } from "../../ui/plain_problem.ts";
import { sayRefusal } from "./refusals_part.ts";

afterEach(() => useCatalogue("en", {}));

const refused = (kind: string, values: object, data: object = {}) =>
  parseError({
    code: -32004,
    message: "what the server says",
    data: { reason: "conflict", hint: "view.delete", kind, values, ...data },
  });

test("a refusal is said by its kind, with what it names", () => {
  for (const [kind, values, message] of [
    ["views_full", { limit: 50 }, "You can keep 50 views"],
    ["views_full", { limit: 1 }, "You can keep 1 view"],
    ["ticket_merged", { ticket: 3, into: 7 }, "Ticket 3 was merged into ticket 7"],
    ["file_too_large", { bytes: 20_000_000 }, "A file can have at most 20 MB"],
    ["status_change", { ticket: 3, status: "closed", wanted: "open" }, "Ticket 3 is closed"],
    [
      "status_change",
      { ticket: 3, status: "open", wanted: "new" },
      "The status of ticket 3 cannot be set from “Open” to “New”",
    ],
  ] as const)
    assert.equal(sayRefusal(refused(kind, values)).message, message);
});

test("everybody reads the page's words, in their language, and none of the server's", () => {
  useCatalogue("fr", {
    "You can keep {count} views": { one: "Vous pouvez garder {count} vue", other: "Vous pouvez garder {count} vues" },
    "Delete one that is not needed any more.": "Supprimez-en une.",
  });
  const said = sayRefusal(refused("views_full", { limit: 50 }));
  for (const isAdmin of [true, false])
    assert.deepEqual(wordsOf(said, isAdmin), {
      message: "Vous pouvez garder 50 vues",
      hint: "Supprimez-en une.",
      faults: [],
      original: [],
    });
});

test("a refusal stays one for the page: its code, its reason, its data, and when to try again", () => {
  const found = refused("hourly_limit", { limit: 60 }, { retry_after: 36 });
  const said = sayRefusal(found);
  assert.deepEqual([said.code, said.reason, said.data], [found.code, found.reason, found.data]);
  assert.ok(said.retryAt !== null && said.retryAt > Date.now());
});

test("a kind of a later release is said as the server says it", async () => {
  for (const kind of ["of_tomorrow", "toString", "constructor"]) {
    const found = refused(kind, {});
    assert.equal(sayRefusal(found), found);
    assert.equal(await inPageWords(found), found);
  }
});

test("what another project leaves out, or sends in its place, breaks nothing", () => {
  for (const values of [{}, [], null, "x", { limit: "many" }, { limit: null }])
    assert.match(sayRefusal(refused("views_full", values as object)).message, /^You can keep/);
  for (const bytes of ["many", null, {}, { toString: 1, valueOf: 1 }])
    assert.equal(sayRefusal(refused("file_too_large", { bytes })).message, "A file can have at most 0 bytes");
  assert.equal(sayRefusal(refused("no_user", { user: { toString: 1 } })).message, "There is no user ");
});

test("what is wrong with the fields is said by the kinds of the faults", () => {
  const data = {
    reason: "invalid-params",
    faults: ["query: character 8: x"],
    field_faults: [{ param: "query", kind: "day", value: "now", place: 8 }],
  };
  const found = parseError({ code: -32602, message: "the query is not understood", data });
  const said = sayRefusal(found);
  assert.deepEqual(
    [said.message, said.isOfServer, said.reason, said.data],
    ["Character 8: now is no day; write it as 2026-12-25", false, "invalid-params", data],
  );
});

test("what has no kind is as it was", async () => {
  const down = new ApiError("it is down");
  assert.equal(sayRefusal(down), down);
  assert.equal(await inPageWords(down), down);
});

test("a refused call is said in the page's words", async () => {
  assert.equal((await inPageWords(refused("views_full", { limit: 50 }))).message, "You can keep 50 views");
});
