import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { projectCall } from "./client.ts";
import { sendLast } from "./last_call.ts";

type Sent = { method: string; user: string | undefined; keepalive: boolean | undefined };
const sent: Sent[] = [];

beforeEach(() => {
  sent.length = 0;
  Object.assign(globalThis, {
    document: { baseURI: "http://desk.example/" },
    fetch: async (_url: URL, { body, headers, keepalive }: RequestInit & { headers: Record<string, string> }) => {
      sent.push({ method: JSON.parse(String(body)).method, user: headers["X-Page-User"], keepalive });
      return new Response('{"result": null}', { headers: { "content-type": "application/json" } });
    },
  });
});

test("each call says for whom the page makes it", async () => {
  const call = projectCall("p", () => "zoë@desk.example");
  await call("ticket.list");
  await call("message.reply", { ticket_id: 1, body: "Done." });
  assert.deepEqual(
    sent.map(({ user }) => user),
    ["zo%C3%AB%40desk.example", "zo%C3%AB%40desk.example"],
  );
});

test("who is calling is asked without a name, and so is what is asked before that is known", async () => {
  await projectCall("p", () => "bob")("user.me");
  await projectCall("p", () => null)("ticket.list");
  await projectCall("p")("project.info");
  assert.deepEqual(
    sent.map(({ user }) => user),
    [undefined, undefined, undefined],
  );
});

test("what is sent while the page is left says whose it is", () => {
  sendLast("p", "bob", "message.reply", { ticket_id: 1, body: "Done." });
  assert.deepEqual(sent, [{ method: "message.reply", user: "bob", keepalive: true }]);
});
