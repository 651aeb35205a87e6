import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../api/errors.ts";
import { fieldOf } from "./view_faults.ts";

test("a refusal is said at the field that it is about", () => {
  const problem = (details: ConstructorParameters<typeof ApiError>[1], message = "no") =>
    new ApiError(message, details);
  const fault = (param: string) => ({ data: { field_faults: [{ param, kind: "invalid" }] } });
  assert.equal(fieldOf(problem(fault("filter"))), "filter");
  assert.equal(fieldOf(problem({ reason: "conflict", ...fault("name") })), "name");
  assert.equal(fieldOf(problem(fault("view_id"))), null);
  assert.equal(fieldOf(problem({ reason: "conflict", hint: "delete one first" })), null);
  assert.equal(fieldOf(problem({ reason: "forbidden" })), null);
});
