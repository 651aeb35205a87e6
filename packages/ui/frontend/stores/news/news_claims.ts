/**
 * Settles which of a browser's tabs tells of an event: one alone, and the one that is looked at if there is one.
 *
 * Each tab hears of the event by itself, at its own time. It bids, waits a moment for the bids of the others, and the
 * highest one wins. What was told is written down, so that a tab that hears of it late keeps silent.
 */
import { parseKept, type QuietStorage } from "../quiet_storage.ts";

// Messages between tabs take some milliseconds; of hidden ones a browser holds timers for up to a second.
const BIDDING_MS = 200;
export const TOLD = "hero_assistance.told";
// As many as may be on their way to a tab that is behind, and as come at once after a long sleep.
const REMEMBERED = 500;

/** Return what was told without what was told to a user; `told` is as it is kept. */
export function forgetTold(told: string, user: string): string {
  const others = parseTold(told).filter((key) => !key.startsWith(`${user}/`));
  return others.length === 0 ? "" : JSON.stringify(others);
}

export type Claim = { key: string; rank: number };
export type Bid = Claim & { tab: string };

/** What tabs of one browser tell each other by. */
export type Bus = { post: (bid: Bid) => void; listen: (hear: (bid: Bid) => void) => void };

type ClaimOptions = { tab: string; bus: Bus; storage: QuietStorage; wait?: (ms: number) => Promise<void> };

export class NewsClaims {
  readonly #options: ClaimOptions;
  /** The best bid of others by key, and keys that were settled. */
  readonly #heard = new Map<string, Bid>();

  constructor(options: ClaimOptions) {
    this.#options = options;
    options.bus.listen((bid) => this.#hear(bid));
  }

  /** Return the keys of which this tab is the one that tells: of each, the tab of the highest rank is. */
  async claim(wanted: readonly Claim[]): Promise<ReadonlySet<string>> {
    const known = new Set(this.#told());
    const bids = wanted.filter(({ key }) => !known.has(key)).map((claim) => ({ ...claim, tab: this.#options.tab }));
    for (const bid of bids) this.#options.bus.post(bid);
    await (this.#options.wait ?? pause)(BIDDING_MS);
    const told = this.#told();
    const before = new Set(told);
    const won = bids.filter((bid) => this.#isBest(bid) && !before.has(bid.key)).map(({ key }) => key);
    if (won.length > 0) this.#options.storage.write(TOLD, JSON.stringify([...told, ...won].slice(-REMEMBERED)));
    return new Set(won);
  }

  /** Whether no other tab has bidden more; what was heard is of no use afterwards. */
  #isBest(bid: Bid): boolean {
    const best = this.#heard.get(bid.key);
    this.#heard.delete(bid.key);
    return best === undefined || !isBetter(best, bid);
  }

  #hear(bid: Bid): void {
    const known = this.#heard.get(bid.key);
    if (known === undefined || isBetter(bid, known)) this.#heard.set(bid.key, bid);
    // Bids of events that this tab never hears of, such as those of another user.
    while (this.#heard.size > REMEMBERED) this.#heard.delete(this.#heard.keys().next().value ?? "");
  }

  #told(): string[] {
    return parseTold(this.#options.storage.read(TOLD));
  }
}

function parseTold(text: string): string[] {
  const kept = parseKept(text);
  return Array.isArray(kept) ? kept.map(String) : [];
}

function isBetter(one: Bid, other: Bid): boolean {
  return one.rank > other.rank || (one.rank === other.rank && one.tab < other.tab);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
