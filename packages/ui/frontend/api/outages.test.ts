import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NO_ANSWER } from "./errors.ts";
import { isOutage } from "./outages.ts";
import { explainProxyAnswer } from "./proxy_answers.ts";
import { ERROR_CODES } from "./wire.ts";

test("no answer, a server that is not reached, and a proxy that says so are outages", () => {
  const unreachable = new ApiError("down", { code: ERROR_CODES.unreachable });
  for (const error of [new ApiError("none", { reason: NO_ANSWER }), unreachable]) assert.ok(isOutage(error));
  for (const status of [502, 503, 504]) assert.ok(isOutage(explainProxyAnswer(status)), String(status));
});

test("a refusal is none, nor is a full disk or a limit: the same request would be refused again", () => {
  for (const status of [401, 403, 413, 429, 500]) assert.equal(isOutage(explainProxyAnswer(status)), false);
  for (const name of ["unavailable", "forbidden", "too-often", "unauthenticated", "conflict"] as const) {
    assert.equal(isOutage(new ApiError("no", { code: ERROR_CODES[name] })), false, name);
  }
});
