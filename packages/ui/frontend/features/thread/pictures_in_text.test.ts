import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment } from "../../api/wire.ts";
import { placePictures } from "./pictures_in_text.ts";

function file(name: string, width: number | null = 4): Attachment {
  return { attachment_id: 1, name, size: 1, type: "image/png", width, height: width };
}

test("a picture stands in its place once, and the other files come after the text", () => {
  const [logo, shot, trace] = [file("logo.png"), file("shot.png"), file("trace.txt", null)];
  const { parts, rest } = placePictures("Look:\n[picture: logo.png]\nbye [picture: logo.png]", [logo, shot, trace]);
  assert.deepEqual(parts, [{ text: "Look:\n" }, { picture: logo }, { text: "\nbye [picture: logo.png]" }]);
  assert.deepEqual(rest, [shot, trace]);
});

test("what names no picture stays text", () => {
  const trace = file("trace.txt", null);
  const text = "[picture: trace.txt] and [picture: gone.png]";
  assert.deepEqual(placePictures(text, [trace]), { parts: [{ text }], rest: [trace] });
});
