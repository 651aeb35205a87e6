import assert from "node:assert/strict";
import { test } from "node:test";
import { tabTitle } from "./tab_title.ts";

test("a tab says how much is new, the ticket that is open, and the desk", () => {
  assert.equal(tabTitle({ count: 0, ticket: "", desk: "Support" }), "Support");
  assert.equal(tabTitle({ count: 2, ticket: "", desk: "Support" }), "(2) Support");
  assert.equal(tabTitle({ count: 2, ticket: "The VPN is down", desk: "Support" }), "(2) The VPN is down · Support");
});
