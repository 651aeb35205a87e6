import assert from "node:assert/strict";
import { test } from "node:test";
import { DemoUser, PICKED_USER } from "./demo_user.ts";

function windowStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

const address = () => new URL("http://desk/projects/one/events?since=3");

test("until a user is chosen, nothing is sent", () => {
  const user = new DemoUser(windowStorage);
  assert.deepEqual(user.headers(), {});
  assert.equal(user.mark(address()).href, address().href);
});

test("the choice goes with calls and with addresses", () => {
  const storage = windowStorage();
  const user = new DemoUser(() => storage);
  user.choose("zoë");
  assert.deepEqual(user.headers(), { [PICKED_USER]: "zo%C3%AB" });
  assert.equal(user.mark(address()).searchParams.get(PICKED_USER), "zoë");
});

test("it outlives a reload, and is another one in another window", () => {
  const [one, other] = [windowStorage(), windowStorage()];
  new DemoUser(() => one).choose("carol");
  new DemoUser(() => other).choose("bob");
  assert.equal(new DemoUser(() => one).id, "carol");
  assert.equal(new DemoUser(() => other).id, "bob");
});

test("a browser without storage keeps the choice for as long as the page lives", () => {
  const user = new DemoUser(() => {
    throw new Error("denied");
  });
  user.choose("carol");
  assert.equal(user.id, "carol");
});
