import assert from "node:assert/strict";
import { test } from "node:test";
import { fileIdOf, isAllowed, visibleTarget } from "./links.ts";

test("a text links to the web, to mail and to files of its ticket, and to nothing else", () => {
  for (const url of ["https://a.example/x", "HTTP://a.example", "mailto:bob@a.example", "attachment:7"]) {
    assert.equal(isAllowed(url), true, url);
  }
  const others = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"];
  const relative = [
    "//a.example",
    "/settings",
    "#/tickets",
    "x",
    "",
    "http:",
    "http:///x",
    "https://",
    "ftp://a.example",
  ];
  const files = [
    "attachment:0",
    "attachment:",
    "attachment:7/../8",
    "attachment:-1",
    "blob:http://a/b",
    "\u0001javascript:x",
  ];
  for (const url of [...others, ...relative, ...files]) assert.equal(isAllowed(url), false, url);
});

test("the address of a file names its id", () => {
  assert.equal(fileIdOf("attachment:12"), 12);
  assert.equal(fileIdOf("https://a.example/attachment:12"), null);
});

test("an honest link says nothing more", () => {
  for (const words of [
    "our guide",
    "docs.example.org",
    "www.docs.example.org",
    "https://docs.example.org/a.b/c.html",
  ]) {
    assert.equal(visibleTarget("https://docs.example.org/a.b/c.html", words), null, words);
  }
  assert.equal(visibleTarget("mailto:bob@example.org", "bob@example.org"), null);
  assert.equal(visibleTarget("mailto:bob@example.org", "write to Bob"), null);
});

test("a link whose words name another place shows where it leads", () => {
  assert.equal(visibleTarget("https://evil.example/login", "https://bank.example/login"), "evil.example");
  assert.equal(visibleTarget("https://evil.example", "bank\u200b.example"), "evil.example");
  assert.equal(visibleTarget("https://evil.example:8443", "see bank.example please"), "evil.example:8443");
  assert.equal(visibleTarget("https://evil.example", "10.0.0.7"), "evil.example");
  assert.equal(visibleTarget("mailto:eve@evil.example", "bob@bank.example"), "eve@evil.example");
});

test("a link that hides its host shows it", () => {
  assert.equal(visibleTarget("https://bank.example@evil.example/", "the bank"), "evil.example");
  assert.equal(visibleTarget("https://xn--pple-43d.com/", "аpple.com"), "xn--pple-43d.com");
  assert.equal(visibleTarget("https://evil.example/", " "), "evil.example");
});
