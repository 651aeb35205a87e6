import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment } from "../../api/wire.ts";
import { FakeServer, message, opened, settle, thread, ticket } from "../../stores/fixtures.ts";
import { ShownPictures } from "./shown_pictures.ts";
import { ThreadPictures } from "./thread_pictures.ts";

function picture(id: number): Attachment {
  return { attachment_id: id, name: `${id}.png`, size: 1, type: "image/png", width: 4, height: 4 };
}

const of = (id: number) => message(id, { attachments: [picture(id)], created_at: 100 + id });
const text = { ...picture(99), type: "text/plain", width: null, height: null };

/** A ticket with the picture 1 in its own text and 6 in its last message; 2 to 5 are on the server. */
async function made() {
  const server = new FakeServer();
  const filed = ticket(1, { attachments: [picture(1), text] });
  const project = await opened(server, [filed]);
  project.data.putTicket(filed, 3);
  project.thread(1);
  await server.answer("message.list", thread([of(6)], 3, "c"));
  const shown = new ShownPictures();
  const pictures = new ThreadPictures(project, filed);
  const open = (id: number) => {
    shown.open(picture(id), [picture(id)]);
    shown.widen(pictures.all);
  };
  const ids = () => shown.pictures.value.map((one) => one.attachment_id);
  return { server, shown, pictures, open, ids };
}

test("before the first that was fetched come those that were not, and at last those of the ticket's own text", async () => {
  const { server, shown, pictures, open, ids } = await made();
  open(6);
  assert.deepEqual([pictures.leadsOn(shown, -1), pictures.leadsOn(shown, 1)], [true, false]);
  const stepped = pictures.step(shown, -1);
  await server.answer("message.list", thread([message(4), of(5)].slice(0, 1), 3, "d"));
  await server.answer("message.list", thread([of(2), of(3)], 3));
  await stepped;
  assert.deepEqual([ids(), shown.current?.attachment_id], [[1, 2, 3, 6], 3]);
  for (const expected of [2, 1, 1]) {
    await pictures.step(shown, -1);
    assert.equal(shown.current?.attachment_id, expected);
  }
  assert.equal(pictures.leadsOn(shown, -1), false);
});

test("behind those of the ticket's own text come those that were not fetched", async () => {
  const { server, shown, pictures, open } = await made();
  open(1);
  assert.deepEqual([pictures.leadsOn(shown, -1), pictures.leadsOn(shown, 1)], [false, true]);
  const stepped = pictures.step(shown, 1);
  await server.answer("message.list", thread([of(2)], 3));
  await stepped;
  assert.equal(shown.current?.attachment_id, 2);
});

test("who has closed the viewer meanwhile is led nowhere", async () => {
  const { server, shown, pictures, open } = await made();
  open(6);
  const stepped = pictures.step(shown, -1);
  await settle();
  shown.close();
  await server.answer("message.list", thread([of(2)], 3));
  await stepped;
  assert.deepEqual(shown.pictures.value, []);
});
