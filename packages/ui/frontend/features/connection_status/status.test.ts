import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionStatus } from "./status.ts";

test("the worst of the phases is said", () => {
  assert.deepEqual(connectionStatus(["live"]), { phase: "live", words: "Live" });
  assert.deepEqual(connectionStatus(["behind"]), { phase: "behind", words: "Reconnecting" });
  assert.deepEqual(connectionStatus(["behind", "down"]), { phase: "down", words: "Not reachable" });
});

test("of several projects it is said how many are live", () => {
  assert.deepEqual(connectionStatus(["live", "refused", "live"]), { phase: "refused", words: "2 of 3 live" });
  assert.deepEqual(connectionStatus(["live", "live"]), { phase: "live", words: "Live" });
});
