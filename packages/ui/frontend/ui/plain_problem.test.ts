import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError, parseError } from "../api/errors.ts";
import { useCatalogue } from "../i18n/translate.ts";
import { isPlain, wordsOf } from "./plain_problem.ts";

afterEach(() => useCatalogue("en", {}));

test("a page of another language says what it is itself, then what the server said", () => {
  useCatalogue("fr", {});
  const answer = {
    code: -32004,
    message: "ticket 7 is closed",
    data: { reason: "conflict", hint: "see ticket.update" },
  };
  const closed = parseError(answer);
  assert.deepEqual(wordsOf(closed, false), {
    message: "This has changed in the meantime",
    hint: "Look at it again, then try once more.",
    faults: [],
    original: ["ticket 7 is closed"],
  });
  assert.deepEqual(wordsOf(closed, true).original, ["ticket 7 is closed", "see ticket.update"]);
  const broken = parseError({ code: -32603, message: "it failed", data: { reason: "internal-error" } });
  assert.deepEqual(wordsOf(broken, false).original, []);
  const own = new ApiError("Choisissez un client", { reason: "invalid-params" });
  assert.deepEqual([wordsOf(own, false).message, wordsOf(own, false).original], ["Choisissez un client", []]);
});

test("an admin reads what the server says", () => {
  const down = new ApiError("Support cannot be reached", {
    reason: "unreachable",
    hint: "the ticket server of this machine is not running; start it with: hero_assistance --start",
  });
  assert.match(wordsOf(down, true).hint, /hero_assistance --start/);
});

test("others read no command, method, setting or path", () => {
  const hints = [
    "start it with: hero_assistance --start",
    "rpc.discover describes ticket.update",
    "an admin sets it: project.update page_address=https://...",
    "send a link; an admin can raise the setting files_bytes",
    "the operator sets OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: hero_assistance secret set",
    "say who calls: --as USER",
    "its log says why",
    "is the ticket server at [::1]:9770 running, and this device on its network?",
    'send {"entries": ["10.0.0.0/8"], "force": false}',
    "user.list names them",
    "TypeError: undefined is not an object",
  ];
  for (const hint of hints.slice(0, -1)) assert.equal(isPlain(hint), false, hint);
  for (const hint of hints) {
    const words = wordsOf(new ApiError("it failed: x_y", { reason: "page-defect", hint }), false);
    assert.deepEqual(words, {
      message: "The page failed to show this",
      hint: "Load the page again; what you wrote is kept.",
      faults: [],
      original: [],
    });
  }
});

test("what is written for people stays", () => {
  const closed = new ApiError("ticket 7 is closed", { reason: "conflict", hint: "file a new ticket" });
  assert.deepEqual(wordsOf(closed, false), {
    message: "ticket 7 is closed",
    hint: "file a new ticket",
    faults: [],
    original: [],
  });
});

test("an e-mail address is no name of the inside", () => {
  assert.ok(isPlain("erin.doe+desk@mail.example.org is no user of this project"));
  assert.equal(isPlain("erin@example.org: call project.update"), false);
  assert.equal(isPlain("root@host: read rpc.sock"), false);
});

test("a problem without a word of its own is still one sentence", () => {
  const words = wordsOf(new ApiError("read rpc.sock", { reason: "what-is-new", isOfServer: true }), false);
  assert.deepEqual(words, { message: "That did not work", hint: "", faults: [], original: [] });
});

test("what the page says itself may quote what was typed", () => {
  const words = "Character 8: 24.12.2026 is no day; write it as 2026-12-25";
  const refused = new ApiError(words, { reason: "invalid-params" });
  assert.equal(isPlain(words), false);
  assert.equal(wordsOf(refused, false).message, words);
});

test("what has nothing to say says what to do", () => {
  const down = wordsOf(new ApiError("Support cannot be reached", { reason: "unreachable" }), false);
  assert.deepEqual(down, {
    message: "Support cannot be reached",
    hint: "Please try again in a minute. What you wrote is kept.",
    faults: [],
    original: [],
  });
});
