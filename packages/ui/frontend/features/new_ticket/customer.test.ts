import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import { FakeServer, settle, user } from "../../stores/fixtures.ts";
import { isAddress, obtainCustomer } from "./customer.ts";

const TYPED = { chosen: null, typed: " erin@example.org ", name: "" };

test("who was chosen is the customer, and nobody for an empty field", async () => {
  const server = new FakeServer();
  assert.equal(await obtainCustomer(server.call, { ...TYPED, chosen: user("carol") }), "carol");
  assert.equal(await obtainCustomer(server.call, { ...TYPED, typed: "  " }), undefined);
  assert.deepEqual(server.asked, []);
});

test("an address that is known is that customer's, in any case of letters", async () => {
  const server = new FakeServer();
  const found = obtainCustomer(server.call, TYPED);
  const others = user("erin-2", { email: "erin@example.org.uk" });
  await server.answer("user.customers", { users: [others, user("erin", { email: "Erin@Example.org" })] });
  assert.equal(await found, "erin");
});

test("an address that is new makes a customer, named by its beginning where no name is given", async () => {
  for (const [name, expected] of [
    ["", "erin"],
    [" Erin Example ", "Erin Example"],
  ]) {
    const server = new FakeServer();
    const made = obtainCustomer(server.call, { ...TYPED, name: name ?? "" });
    await server.answer("user.customers", { users: [] });
    await settle();
    assert.deepEqual(server.asked[0]?.params, { email: "erin@example.org", name: expected });
    await server.answer("user.enrol", user("erin", { role: "customer" }));
    assert.equal(await made, "erin");
  }
});

test("what is neither is said, and nothing is filed", async () => {
  const server = new FakeServer();
  await assert.rejects(obtainCustomer(server.call, { ...TYPED, typed: "Erin" }), ApiError);
  assert.deepEqual(server.asked, []);
  assert.equal(isAddress("erin@example.org"), true);
  assert.equal(isAddress("erin at example.org"), false);
});
