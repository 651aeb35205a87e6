import assert from "node:assert/strict";
import { test } from "node:test";
import { mapStorage } from "../../testing/map_storage.ts";
import { QuietStorage } from "../quiet_storage.ts";
import { type Bid, NewsClaims } from "./news_claims.ts";
import { NewsSetting } from "./news_setting.ts";

/** The tabs of one browser, whose moments of waiting a test ends. */
function browser(names: string[]) {
  const texts = new Map<string, string>();
  const kept = mapStorage(texts);
  const ears = new Map<string, (bid: Bid) => void>();
  const waits: Array<() => void> = [];
  const tabs = names.map(
    (tab) =>
      new NewsClaims({
        tab,
        storage: new QuietStorage(() => kept),
        bus: {
          post: (bid) => {
            for (const [name, hear] of ears) if (name !== tab) hear(bid);
          },
          listen: (hear) => void ears.set(tab, hear),
        },
        wait: () => new Promise((resolve) => waits.push(resolve)),
      }),
  );
  const endWaits = () => {
    for (const end of waits.splice(0)) end();
  };
  return { tabs, endWaits, kept, texts };
}

/** Have a tab claim one event; returns whether it tells of it. */
async function claim(tab: NewsClaims, key: string, rank: number): Promise<boolean> {
  return (await tab.claim([{ key, rank }])).has(key);
}

test("one of many tabs tells of an event, the one that is looked at", async () => {
  const { tabs, endWaits } = browser(["c", "a", "b"]);
  const claims = tabs.map((tab, place) => claim(tab, "p/1", place === 2 ? 1 : 0));
  endWaits();
  assert.deepEqual(await Promise.all(claims), [false, false, true]);
});

test("of tabs that are alike one tells, also of the next event", async () => {
  const { tabs, endWaits } = browser(["c", "a", "b"]);
  for (const key of ["p/1", "p/2"]) {
    const claims = tabs.map((tab) => claim(tab, key, 0));
    endWaits();
    assert.deepEqual(await Promise.all(claims), [false, true, false]);
  }
});

test("a tab that hears late, or wakes up late, keeps silent", async () => {
  const { tabs, endWaits } = browser(["a", "b"]);
  const [early, late] = tabs as [NewsClaims, NewsClaims];
  const first = claim(early, "p/1", 0);
  endWaits();
  assert.equal(await first, true);
  const second = claim(late, "p/1", 1);
  endWaits();
  assert.equal(await second, false);
});

test("of hundreds that come at once, as after a sleep, one tab tells", async () => {
  const { tabs, endWaits } = browser(["a", "b"]);
  const missed = Array.from({ length: 300 }, (_, number) => ({ key: `p/${number}`, rank: 0 }));
  const claims = tabs.map((tab) => tab.claim(missed));
  endWaits();
  assert.deepEqual(
    (await Promise.all(claims)).map(({ size }) => size),
    [300, 0],
  );
});

test("what cannot be kept is told all the same", async () => {
  const broken = () => {
    throw new Error("off");
  };
  const claims = new NewsClaims({
    tab: "a",
    storage: new QuietStorage(broken),
    bus: { post: () => {}, listen: () => {} },
    wait: async () => {},
  });
  assert.equal(await claim(claims, "p/1", 0), true);
});

test("nothing is on until it is asked for, and it is on again after a reload", () => {
  const { kept, texts } = browser([]);
  const setting = new NewsSetting(() => kept);
  assert.equal(setting.isOn.value, false);
  setting.set("sound", true);
  setting.set("reply", false);
  const again = new NewsSetting(() => kept);
  assert.deepEqual([again.isOn.value, again.choice.value.sound, again.choice.value.reply], [true, true, false]);
  texts.set("hero_assistance.news", '{"desktop": "yes", "ticket": 1}');
  again.read();
  assert.deepEqual([again.isOn.value, again.choice.value.ticket], [false, true]);
});
