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

test("anything else that was thrown is a defect of the page", () => {
  const known = new ApiError("known");
  assert.equal(toApiError(known), known);
  assert.equal(toApiError(new TypeError("undefined is not a function")).reason, "page-defect");
});
