import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiError } from "../api/errors.ts";
import { settle } from "../stores/fixtures.ts";
import { SharedStream } from "./shared_stream.ts";
import type { StreamListener } from "./stream.ts";
import { fakeSources } from "./worker/fake_source.ts";

Object.assign(globalThis, { document: { baseURI: "http://desk.example/" } });

/** What a project is told, in order. */
function recorder(): { told: string[]; listener: StreamListener } {
  const told: string[] = [];
  const tell = (word: string) => () => void told.push(word);
  const listener = {
    event: tell("event"),
    counts: tell("counts"),
    connected: tell("connected"),
    presence: tell("presence"),
    open: (address?: string) => void told.push(address === undefined ? "open" : `open: ${address}`),
    lost: tell("lost"),
    refused: (error: ApiError) => void told.push(`refused: ${error.message}`),
    reset: tell("reset"),
  };
  return { told, listener };
}

async function opened() {
  const sources = fakeSources();
  const stream = new SharedStream(sources.open);
  const { told, listener } = recorder();
  const followed = stream.streamOf("a", listener);
  followed.open(1);
  await new Promise((resolve) => setTimeout(resolve, 80));
  const source = sources.opened.at(-1);
  assert.ok(source);
  source.open();
  return { source, told, close: followed.close };
}

/** Have the page rest between two batches of events, so that what comes next waits. */
async function rested(told: string[], length: number): Promise<void> {
  for (let tries = 0; told.length < length && tries < 400; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await settle();
}

test("a project that is refused while events wait is told so", async () => {
  const { source, told } = await opened();
  source.send("counts", { project: "a", counts: {} });
  source.send("stream.refused", { project: "a", error: { code: -32003, message: "who?" } });
  await rested(told, 2);
  assert.deepEqual(told, ["counts", "refused: who?"]);
});

test("a project's stream says at which of its addresses it is", async () => {
  const { source, told, close } = await opened();
  source.send("stream.open", { project: "a", address: "box:1" });
  await rested(told, 1);
  close();
  assert.deepEqual(told, ["open: box:1"]);
});

test("a stream that is lost while its opening waits is not live afterwards", async () => {
  const { source, told, close } = await opened();
  source.send("counts", { project: "a", counts: {} });
  source.send("stream.open", { project: "a" });
  source.onerror?.();
  await rested(told, 3);
  close();
  assert.deepEqual(told, ["counts", "open", "lost"]);
});
