import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, parseError, toApiError } from "./errors.ts";
import { ERROR_CODES } from "./wire.ts";

test("an error of the server keeps its words", () => {
  const data = { reason: "invalid-params", hint: "shorter", faults: ["title: too long"] };
  const error = parseError({ code: -32602, message: "wrong", data });
  assert.deepEqual(
    [error.code, error.message, error.reason, error.hint, error.faults],
    [-32602, "wrong", "invalid-params", "shorter", ["title: too long"]],
  );
});

test("an error without data is one all the same", () => {
  const error = parseError({ code: ERROR_CODES.unauthenticated, message: "who?" });
  assert.deepEqual([error.isUnauthenticated, error.hint, error.faults], [true, "", []]);
});

test("an error that passes by itself says when", () => {
  const before = Date.now();
  const { retryAt } = parseError({ code: ERROR_CODES["too-often"], message: "slow", data: { retry_after: 36 } });
  assert.ok(retryAt !== null && retryAt >= before + 36_000 && retryAt <= Date.now() + 36_000);
  assert.equal(parseError({ code: 1, message: "no", data: { retry_after: "soon" } }).retryAt, null);
});

test("anything else that was thrown is a defect of the page", () => {
  const known = new ApiError("known");
  assert.equal(toApiError(known), known);
  assert.equal(toApiError(new TypeError("undefined is not a function")).reason, "page-defect");
});
