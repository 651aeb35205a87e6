import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EditCopies, editName } from "../../stores/drafts/edit_copies.ts";
import { copyName, LocalCopies } from "../../stores/drafts/local_copies.ts";
import { NewsClaims } from "../../stores/news/news_claims.ts";
import type { NamedStorage } from "../../stores/offline/placed_storage.ts";
import { PendingCopies } from "../../stores/pending/pending_storage.ts";
import type { Leaving } from "../../stores/project_options.ts";
import { QuietStorage } from "../../stores/quiet_storage.ts";
import { RecentTexts } from "../../stores/search/recent_texts.ts";
import { Form, formName, keeperOf } from "../../stores/settings/form.ts";
import { Drafts, draftKey } from "../../stores/tickets/drafts.ts";
import { mapStorage } from "../../testing/map_storage.ts";
import { forgetLeftovers } from "./leftovers_part.ts";

const PROJECT = "p/q";

/** What a browser keeps that is of a user, by its name; each is written below as the page writes it. */
const OF_USERS = ["commands", "draft", "edit", "form", "pending", "searches", "told"];
/** What is of the browser, for each of its users: what they have chosen here, and where to come back to. */
const OF_THE_BROWSER = [
  "demo_user",
  "density",
  "key_map",
  "keys",
  "list_order",
  "news",
  "return_address",
  "undo_seconds",
];

function browser() {
  const kept = new Map<string, string>();
  return { kept, storage: () => mapStorage(kept) };
}

async function writeAll(storage: () => NamedStorage, user: string): Promise<void> {
  const quiet = new QuietStorage(storage);
  const draft = { title: "", body: "Text", files: [], token: "t", version: 1 };
  const copies = new LocalCopies(storage);
  copies.write(copyName(user, PROJECT, 1, "reply"), { ...draft, isSaved: true });
  copies.write(copyName(user, PROJECT, 2, "reply"), { ...draft, isSaved: false });
  for (const what of ["searches", "commands"]) new RecentTexts(storage, `${what}/${PROJECT}/${user}`).add("vpn");
  new Drafts(storage).save(draftKey(user, "new", "title"), "Title");
  new EditCopies(storage).write(editName(user, PROJECT, 7), "Typed", "Saved");
  new Form({ name: "Support" }, keeperOf(quiet, formName(PROJECT, user, "project"))).set("name", "Help");
  const content = { title: "", body: "Text", files: [] };
  const message = { token: `of-${user}`, ticketId: 1, kind: "reply" as const, content, lastSeen: null, status: null };
  new PendingCopies(storage, user, PROJECT).write({ ...message, writtenAt: 1, dueAt: 2, tries: 0 });
  const bus = { post: () => {}, listen: () => {} };
  await new NewsClaims({ tab: "a", bus, storage: quiet, wait: async () => {} }).claim([
    { key: `${user}/p/1`, rank: 0 },
  ]);
}

/** Return what is left of Bob when he leaves; of Carol, everything must be. */
async function leftOfBob(leaving: Leaving): Promise<string[]> {
  const { kept, storage } = browser();
  await writeAll(storage, "carol");
  const ofCarol = [...kept];
  await writeAll(storage, "bob");
  forgetLeftovers(storage, PROJECT, "bob", leaving);
  for (const [name, text] of ofCarol) assert.equal(kept.get(name), text, name);
  return [...kept].filter(([name, text]) => `${name} ${text}`.includes("bob")).map(([name]) => name);
}

const UNSENT = [
  copyName("bob", PROJECT, 2, "reply"),
  draftKey("bob", "new", "title"),
  editName("bob", PROJECT, 7),
  `${["hero_assistance.pending", "bob", PROJECT].map(encodeURIComponent).join("/")}/of-bob`,
];

test("of who signs out, what the server lacks of their messages stays, and nothing else", async () => {
  assert.deepEqual((await leftOfBob("left")).sort(), UNSENT.toSorted());
});

test("of whose session has ended, forms that were not saved wait too", async () => {
  assert.deepEqual((await leftOfBob("ended")).sort(), [...UNSENT, formName(PROJECT, "bob", "project")].sort());
});

test("of who is deactivated, nothing stays", async () => {
  assert.deepEqual(await leftOfBob("deactivated"), []);
});

test("one whose id begins with that of who leaves keeps all", async () => {
  const { kept, storage } = browser();
  await writeAll(storage, "bobby");
  const before = [...kept];
  forgetLeftovers(storage, PROJECT, "bob", "deactivated");
  assert.deepEqual([...kept], before);
});

test("every name that the page keeps something under is one of these", () => {
  const root = join(import.meta.dirname, "..", "..");
  const found = new Set<string>();
  for (const file of readdirSync(root, { recursive: true }).map(String)) {
    if (!/\.tsx?$/.test(file) || file.includes(".test.")) continue;
    const source = readFileSync(join(root, file), "utf8");
    const patterns = [/= "hero_assistance\.(\w+)"/g, /new StoredChoice\(\s*"(\w+)"/g, /recentTextsOf\("(\w+)"\)/g];
    for (const pattern of patterns) for (const [, name] of source.matchAll(pattern)) found.add(name ?? "");
    // What is kept otherwise has no name that this test knows; cookies hold the theme and the language alone.
    if (file !== join("i18n", "remembered_choice.ts"))
      assert.doesNotMatch(source, /(local|session)Storage\.setItem|document\.cookie =/, file);
  }
  assert.deepEqual([...found].sort(), [...OF_USERS, ...OF_THE_BROWSER].sort());
});

test("each kind of what is of users is written in these tests", async () => {
  const { kept, storage } = browser();
  await writeAll(storage, "bob");
  const kinds = [...kept.keys()].map((name) => /^hero_assistance\.(\w+)/.exec(name)?.[1] ?? name);
  assert.deepEqual([...new Set(kinds)].sort(), OF_USERS);
});

test("a storage that is switched off fails nothing", () => {
  const fail = () => {
    throw new Error("switched off");
  };
  forgetLeftovers(fail, "p", "bob", "left");
});
