import assert from "node:assert/strict";
import { test } from "node:test";
import { Embedder, type FrameMessage, matchesOrigin } from "./embedder.ts";

const APP = "https://app.example.org";

function framed(origins: string[] = [APP]) {
  const said: Array<[FrameMessage, string]> = [];
  const done: string[] = [];
  const embedder = new Embedder({
    origins,
    send: (message, origin) => said.push([message, origin]),
    setTheme: (theme) => done.push(theme),
    setRoute: (route) => done.push(route),
    met: () => done.push("met"),
  });
  return { embedder, said, done };
}

test("the page around is answered once it has made itself known, and by its origin alone", () => {
  const { embedder, said } = framed();
  embedder.say({ type: "hero:unread", count: 1 });
  embedder.receive(APP, { type: "hero:hello" });
  embedder.say({ type: "hero:unread", count: 2 });
  assert.deepEqual(said, [[{ type: "hero:unread", count: 2 }, APP]]);
});

test("theme and route are taken", () => {
  const { embedder, done } = framed();
  embedder.receive(APP, { type: "hero:theme", theme: "light" });
  embedder.receive(APP, { type: "hero:route", route: "#/new" });
  assert.deepEqual(done, ["light", "#/new"]);
});

test("words of other origins do nothing", () => {
  const { embedder, done, said } = framed();
  for (const origin of ["https://evil.example", "null", "", "http://app.example.org", `${APP}.evil.example`]) {
    embedder.receive(origin, { type: "hero:hello" });
    embedder.receive(origin, { type: "hero:route", route: "#/new" });
  }
  embedder.say({ type: "hero:unread", count: 1 });
  assert.deepEqual([done, said], [[], []]);
});

test("words of another shape do nothing", () => {
  const { embedder, done } = framed();
  const shapes = [
    null,
    1,
    "hero:hello",
    [],
    { type: "hero:theme", theme: "pink" },
    { type: "hero:theme" },
    { type: "hero:route", route: "javascript:alert(1)" },
    { type: "hero:route", route: "https://evil.example/#/" },
    { type: "hero:route", route: `#/${"x".repeat(600)}` },
    { type: "hero:route", route: ["#/"] },
    { type: "constructor" },
  ];
  for (const shape of shapes) embedder.receive(APP, shape);
  assert.deepEqual(done, []);
});

test("a star stands for every name below a name, and for nothing else", () => {
  const star = "https://*.example.org";
  for (const origin of ["https://a.example.org", "https://a.b.example.org"]) assert.ok(matchesOrigin(origin, star));
  for (const origin of [
    "https://example.org",
    "http://a.example.org",
    "https://a.example.org:8443",
    "https://aexample.org",
    "https://a.example.org.evil.example",
  ]) {
    assert.equal(matchesOrigin(origin, star), false);
  }
  assert.ok(matchesOrigin("https://a.example.org:8443", "https://*.example.org:8443"));
});
