import assert from "node:assert/strict";
import { test } from "node:test";
import { savedName } from "../../route.ts";
import { filterOf } from "./list_filter.ts";

const VPN = { noun: "view", view_id: 7, name: "VPN", filter: "tag:vpn", owner: "bob", shared: false } as const;
const MAIL = { ...VPN, view_id: 8, name: "Mail", filter: "tag:mail" };

test("a new view begins with what is listed", () => {
  const nameOf = (view: { view_id: number }) => savedName("p", view.view_id);
  assert.equal(filterOf("mine", [], nameOf), "assignee:me is:active");
  assert.equal(filterOf(savedName("p", 8), [VPN, MAIL], nameOf), "tag:mail");
  assert.equal(filterOf(savedName("p", 9), [VPN, MAIL], nameOf), "");
});
