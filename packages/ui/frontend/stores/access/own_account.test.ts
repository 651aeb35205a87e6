import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import type { Event, User } from "../../api/wire.ts";
import { event, FakeServer, user } from "../fixtures.ts";
import { OwnAccount } from "./own_account.ts";

function account(known: User) {
  const server = new FakeServer();
  const me = signal<User | null>(known);
  let listener: (event: Event) => void = () => {};
  const follow = (heard: (event: Event) => void) => {
    listener = heard;
    return () => {};
  };
  let loads = 0;
  const load = async () => {
    loads += 1;
  };
  const own = new OwnAccount({ call: server.call, session: { me }, follow, load });
  return {
    loads: () => loads,
    server,
    me,
    own,
    hear: (record: User) => listener(event(1, "user.updated", { record })),
  };
}

test("what is saved shows at once", async () => {
  const { server, me, own } = account(user("bob"));
  const saving = own.update({ language: "fr" });
  await server.answer("user.update_me", user("bob", { language: "fr" }));
  await saving;
  assert.equal(me.value?.language, "fr");
});

test("an answer for somebody who has left changes nobody else", async () => {
  const { server, me, own } = account(user("bob"));
  const saving = own.update({ name: "Robert" });
  me.value = user("alice");
  await server.answer("user.update_me", user("bob", { name: "Robert" }));
  await saving;
  assert.equal(me.value?.user_id, "alice");
});

test("what another tab saves shows too; of a customer, what events hide stays", () => {
  const agent = account(user("bob", { email: "bob@example.org" }));
  agent.hear(user("alice", { name: "Other" }));
  assert.equal(agent.me.value?.name, "bob");
  agent.hear(user("bob", { name: "Robert", time_zone: "UTC" }));
  assert.deepEqual([agent.me.value?.name, agent.me.value?.time_zone], ["Robert", "UTC"]);
  const customer = account(user("carol", { role: "customer", email: "carol@example.org", language: "fr" }));
  customer.hear(user("carol", { role: "customer", name: "Caroline" }));
  const { name, email, language } = customer.me.value ?? assert.fail();
  assert.deepEqual([name, email, language], ["Caroline", "carol@example.org", "fr"]);
});

test("who has another role fetches everything again, as it is to that role", () => {
  const customer = account(user("carol", { role: "customer" }));
  customer.hear(user("carol", { role: "agent" }));
  customer.hear(user("dave", { role: "agent" }));
  assert.equal(customer.loads(), 1);
});
