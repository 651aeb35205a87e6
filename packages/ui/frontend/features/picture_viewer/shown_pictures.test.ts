import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment } from "../../api/wire.ts";
import { ShownPictures } from "./shown_pictures.ts";

function picture(id: number): Attachment {
  return { attachment_id: id, name: `${id}.png`, size: 1, type: "image/png", width: 4, height: 4 };
}

test("a picture opens among those that stand with it, and the arrows end at both ends", () => {
  const shown = new ShownPictures();
  shown.open(picture(2), [picture(1), picture(2), picture(3)]);
  const seen = [-1, -1, 1, 1, 1].map((by) => {
    shown.step(by);
    return shown.at.value;
  });
  assert.deepEqual(seen, [0, 0, 1, 2, 2]);
  shown.close();
  assert.deepEqual(shown.pictures.value, []);
});

test("the arrows lead on to the pictures of the whole thread, and what is in front stays there", () => {
  const shown = new ShownPictures();
  shown.open(picture(2), [picture(2), picture(3)]);
  shown.zoom(1, 1);
  shown.widen([picture(1), picture(2), picture(3), picture(4)]);
  assert.deepEqual([shown.at.value, shown.current, shown.scale.value], [1, picture(2), 1.5]);
  shown.step(-1);
  assert.equal(shown.current?.attachment_id, 1);
  shown.widen([picture(8), picture(9)]);
  assert.equal(shown.pictures.value.length, 4);
  shown.close();
  shown.widen([picture(1)]);
  assert.deepEqual(shown.pictures.value, []);
});

test("one that stands alone is shown alone", () => {
  const shown = new ShownPictures();
  shown.open(picture(9), [picture(1)]);
  assert.deepEqual([shown.pictures.value, shown.at.value], [[picture(9)], 0]);
});

test("a zoom begins at what fits, has bounds, and ends with the picture", () => {
  const shown = new ShownPictures();
  shown.open(picture(1), [picture(1), picture(2)]);
  shown.zoom(1, 0.5);
  assert.equal(shown.scale.value, 0.75);
  for (let press = 0; press < 20; press += 1) shown.zoom(1, 0.5);
  assert.equal(shown.scale.value, 8);
  for (let press = 0; press < 40; press += 1) shown.zoom(-1, 0.5);
  assert.equal(shown.scale.value, 0.1);
  shown.step(1);
  assert.equal(shown.scale.value, null);
  shown.toggle();
  assert.equal(shown.scale.value, 1);
  shown.toggle();
  assert.equal(shown.scale.value, null);
});
