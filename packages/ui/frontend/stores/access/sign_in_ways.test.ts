import assert from "node:assert/strict";
import { test } from "node:test";
import type { Authenticator } from "../../api/passkeys.ts";
import { findWays } from "./sign_in_ways.ts";

const AUTHENTICATOR = {} as Authenticator;
const HOME = "https://help.example/desk/";
const ALL = { link: true, passkey: true, oidc: ["login.example"] };

function ways(address: unknown, root = HOME, authenticator: Authenticator | null = AUTHENTICATOR, told: object = ALL) {
  return findWays({ page_address: address, sign_in: told } as never, { root, authenticator });
}

test("at the page's own address every way is offered", () => {
  const all = { letters: true, passkey: true, providers: ["login.example"], elsewhere: "" };
  assert.deepEqual(ways(HOME), all);
  assert.deepEqual(ways("https://help.example/desk"), all);
});

test("a browser without passkeys is offered none", () => {
  assert.equal(ways(HOME, HOME, null).passkey, false);
});

test("elsewhere neither passkeys nor providers work, and the page says where they do", () => {
  for (const root of ["http://help.example/desk/", "https://127.0.0.1:9771/", "http://[400::1]:9771/"]) {
    const { passkey, providers, elsewhere } = ways(HOME, root);
    assert.deepEqual([passkey, providers, elsewhere], [false, [], HOME]);
  }
});

test("passkeys belong to an origin, what a provider sends back to one page", () => {
  const { passkey, providers, elsewhere } = ways(HOME, "https://help.example/other/");
  assert.deepEqual([passkey, providers, elsewhere], [true, [], HOME]);
});

test("nothing is said of elsewhere where there is no more", () => {
  const told = { link: true, passkey: false, oidc: [] };
  assert.equal(ways(HOME, "http://localhost:9771/", AUTHENTICATOR, told).elsewhere, "");
});

test("a desk without an address asks its provider, which says what is missing", () => {
  assert.deepEqual(ways("").providers, ["login.example"]);
  assert.equal(ways("").passkey, false);
});

test("a project of another machine offers letters alone", () => {
  const foreign = findWays({ page_address: HOME, sign_in: ALL } as never, null);
  assert.deepEqual(foreign, { letters: true, passkey: false, providers: [], elsewhere: "" });
});

test("an answer of another shape offers letters alone", () => {
  for (const told of [null, 1, { passkey: "yes", oidc: "a" }, { oidc: [1, null, ""] }]) {
    assert.deepEqual(ways(HOME, HOME, AUTHENTICATOR, told as never), {
      letters: true,
      passkey: false,
      providers: [],
      elsewhere: "",
    });
  }
  for (const address of [null, 1, "javascript:alert(1)", "https://[", "//help.example/"]) {
    assert.equal(ways(address).passkey, false);
    assert.equal(ways(address).elsewhere, "");
  }
});
