import assert from "node:assert/strict";
import { test } from "node:test";
import { fileKind } from "./file_kinds.ts";

test("a file is called by its ending, and by its type where it has none", () => {
  const kinds = [
    ["report.pdf", "application/pdf"],
    ["a.tar.gz", "application/gzip"],
    ["README", "text/plain"],
    ["voice", "audio/ogg"],
    ["notes.unlikely", "application/octet-stream"],
    [".bashrc", "text/plain"],
  ].map(([name = "", type = ""]) => fileKind({ name, type }));
  assert.deepEqual(kinds, ["PDF", "GZ", "Text", "Sound", "File", "Text"]);
});
