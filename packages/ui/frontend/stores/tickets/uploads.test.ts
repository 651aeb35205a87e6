import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import type { Attachment } from "../../api/wire.ts";
import { FakeServer, settle } from "../fixtures.ts";
import { Uploads } from "./uploads.ts";

type Begun = { name: string; told: (part: number) => void; arrive: (id: number) => void; fail: () => void };

function newUploads() {
  const server = new FakeServer();
  const begun: Begun[] = [];
  const aborted: string[] = [];
  const uploads = new Uploads((file, told) => {
    let arrive: Begun["arrive"] = () => {};
    let fail = () => {};
    const done = new Promise<Attachment>((resolve, reject) => {
      arrive = (id) =>
        resolve({ attachment_id: id, name: file.name, size: 1, type: "text/plain", width: null, height: null });
      fail = () => reject(new ApiError("too large"));
    });
    begun.push({ name: file.name, told, arrive, fail });
    return { done, abort: () => aborted.push(file.name) };
  }, server.call);
  return { server, uploads, begun, aborted };
}

function file(name: string): File {
  return new File(["content"], name);
}

test("files are sent as they are added, and known in that order when they are there", async () => {
  const { uploads, begun } = newUploads();
  uploads.add([file("a"), file("b")]);
  begun[0]?.told(0.5);
  assert.equal(uploads.files.value[0]?.progress.value, 0.5);
  begun[1]?.arrive(2);
  await settle();
  assert.deepEqual([uploads.ids.value, uploads.isSending.value], [[2], true]);
  begun[0]?.arrive(1);
  await settle();
  assert.deepEqual([uploads.ids.value, uploads.isSending.value], [[1, 2], false]);
});

test("one that has failed says why, and can be sent again", async () => {
  const { uploads, begun } = newUploads();
  uploads.add([file("a")]);
  begun[0]?.fail();
  await settle();
  const [failed] = uploads.files.value;
  assert.equal(failed?.problem.value?.message, "too large");
  assert.deepEqual([uploads.hasFailed.value, uploads.isSending.value], [true, false]);
  if (failed !== undefined) uploads.retry(failed);
  assert.deepEqual([uploads.hasFailed.value, uploads.isSending.value], [false, true]);
  begun[1]?.arrive(7);
  await settle();
  assert.deepEqual(uploads.ids.value, [7]);
});

test("one that is taken out is stopped, or deleted where it is there already", async () => {
  const { server, uploads, begun, aborted } = newUploads();
  uploads.add([file("a"), file("b")]);
  begun[1]?.arrive(2);
  await settle();
  for (const upload of uploads.files.value) uploads.remove(upload);
  assert.deepEqual(aborted, ["a"]);
  assert.deepEqual(server.asked.at(-1)?.params, { attachment_id: 2 });
  assert.deepEqual(uploads.files.value, []);
});

test("what another screen has added and taken out is here too, next to what is on its way", async () => {
  const { server, uploads, begun } = newUploads();
  uploads.add([file("a"), file("b")]);
  begun[0]?.arrive(1);
  await settle();
  const there: Attachment = { attachment_id: 9, name: "c", size: 3, type: "image/png", width: 1, height: 1 };
  uploads.replace([there]);
  assert.deepEqual([uploads.files.value.map(({ name }) => name), uploads.ids.value], [["b", "c"], [9]]);
  assert.deepEqual(server.asked, [], "nothing is deleted: it may have been sent");
  begun[1]?.arrive(2);
  await settle();
  assert.deepEqual(
    uploads.attachments.value.map(({ attachment_id: id }) => id),
    [2, 9],
  );
});

test("what was sent with its text is gone, what is on its way stays", async () => {
  const { uploads, begun } = newUploads();
  uploads.add([file("a"), file("b")]);
  begun[0]?.arrive(1);
  await settle();
  uploads.replace([]);
  assert.deepEqual(
    uploads.files.value.map((upload) => upload.name),
    ["b"],
  );
});

test("what is on its way goes on with the text that moves, and what has failed can be sent again there", async () => {
  const { uploads, begun, aborted } = newUploads();
  const { uploads: other } = newUploads();
  uploads.add([file("a"), file("b"), file("c")]);
  begun[0]?.arrive(1);
  begun[1]?.fail();
  await settle();
  uploads.handOver(other);
  assert.deepEqual(
    uploads.files.value.map(({ name }) => name),
    ["a"],
  );
  assert.deepEqual(
    other.files.value.map(({ name }) => name),
    ["b", "c"],
  );
  assert.equal(uploads.isSending.value, false);
  const [failed, waiting] = other.files.value;
  if (waiting) other.remove(waiting);
  assert.deepEqual(aborted, ["c"]);
  if (failed) other.retry(failed);
  await settle();
  assert.deepEqual([other.isSending.value, other.hasFailed.value], [true, false]);
  uploads.add([file("d")]);
  begun[3]?.arrive(4);
  await settle();
  uploads.handOver(other);
  assert.deepEqual(uploads.ids.value, [1, 4]);
});
