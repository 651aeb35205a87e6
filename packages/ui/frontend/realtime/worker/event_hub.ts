/** What the worker of the events does: it groups the tabs of a browser by what they follow, and forgets dead ones. */

import type { OpenSource } from "../event_source.ts";
import { EventGroup } from "./event_group.ts";
import type { TabMessage, TabPort } from "./worker_messages.ts";

export const ASK_MS = 5_000;
// A tab that is killed says nothing; one that is frozen answers when it wakes up.
const FORGET_MS = 45_000;

type Tab = { heardAt: number; key: string | null };

export class EventHub {
  readonly #kinds: readonly string[];
  readonly #openSource: OpenSource;
  readonly #clock: () => number;
  readonly #tabs = new Map<TabPort, Tab>();
  readonly #groups = new Map<string, EventGroup>();

  constructor(kinds: readonly string[], openSource: OpenSource, clock: () => number = Date.now) {
    this.#kinds = kinds;
    this.#openSource = openSource;
    this.#clock = clock;
  }

  /** How many streams are open, and for how many tabs. */
  get counts(): { streams: number; tabs: number } {
    return { streams: this.#groups.size, tabs: this.#tabs.size };
  }

  /** Take a tab. */
  connect(port: TabPort): void {
    this.#tabs.set(port, { heardAt: this.#clock(), key: null });
    port.postMessage({ say: "hello" });
  }

  receive(port: TabPort, message: TabMessage): void {
    const tab = this.#tabs.get(port);
    if (tab === undefined) return;
    tab.heardAt = this.#clock();
    if (message.say === "leave") this.forget(port);
    if (message.say !== "follow") return;
    this.#leave(port, tab);
    tab.key = `${message.reader}\n${message.address}`;
    this.#group(tab.key, message.address).join(port, message.places);
  }

  /** Ask every tab whether it is there; called every `ASK_MS`. */
  ask(): void {
    const now = this.#clock();
    for (const [port, { heardAt }] of [...this.#tabs]) {
      if (now - heardAt <= FORGET_MS) port.postMessage({ say: "ask" });
      else {
        // If it lives, it comes back.
        port.postMessage({ say: "lost" });
        this.forget(port);
      }
    }
  }

  forget(port: TabPort): void {
    const tab = this.#tabs.get(port);
    if (tab === undefined) return;
    this.#tabs.delete(port);
    this.#leave(port, tab);
    port.close();
  }

  #group(key: string, address: string): EventGroup {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const made = new EventGroup(address, this.#kinds, this.#openSource, this.#clock);
    this.#groups.set(key, made);
    return made;
  }

  #leave(port: TabPort, tab: Tab): void {
    if (tab.key === null) return;
    const group = this.#groups.get(tab.key);
    group?.leave(port);
    if (group?.isEmpty) this.#groups.delete(tab.key);
    tab.key = null;
  }
}
