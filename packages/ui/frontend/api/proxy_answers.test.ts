import assert from "node:assert/strict";
import { test } from "node:test";
import { explainProxyAnswer, isOwnAnswer, PROXY_ANSWER } from "./proxy_answers.ts";

const answer = (type: string | null) => new Response("", type === null ? {} : { headers: { "content-type": type } });

test("the support desk answers in JSON, another server does not", () => {
  assert.equal(isOwnAnswer(answer("application/json")), true);
  assert.equal(isOwnAnswer(answer("application/json; charset=utf-8")), true);
  assert.equal(isOwnAnswer(answer("text/html")), false);
  assert.equal(isOwnAnswer(answer(null)), false);
});

test("what is too large for the server in front is said so", () => {
  const error = explainProxyAnswer(413);
  assert.equal(error.message, "The server in front of the support desk takes nothing that large");
  assert.match(error.hint, /limit/);
  assert.equal(error.reason, PROXY_ANSWER);
});

test("every status has a message and something to do", () => {
  for (const status of [400, 401, 403, 404, 413, 429, 500, 502, 503, 504]) {
    const { message, hint } = explainProxyAnswer(status);
    assert.ok(message.length > 10 && hint.length > 10, String(status));
  }
  assert.match(explainProxyAnswer(418).message, /418/);
});
