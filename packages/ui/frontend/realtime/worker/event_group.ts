/**
 * The one stream of all tabs that follow the same address as the same user.
 *
 * A tab that joins gets what it has missed from what was kept; where that does not reach back far enough, the stream
 * is opened again from there. Tabs skip the events that they know.
 */
import { CLOSED, type OpenSource, type Source, type SourceEvent } from "../event_source.ts";
import { Heartbeat } from "../heartbeat.ts";
import { RecentEvents } from "./recent_events.ts";
import type { Places, TabPort, WorkerMessage } from "./worker_messages.ts";

export class EventGroup {
  readonly #address: string;
  readonly #kinds: readonly string[];
  readonly #openSource: OpenSource;
  readonly #tabs = new Set<TabPort>();
  readonly #recent = new RecentEvents();
  readonly #heartbeat: Heartbeat;
  #source: Source | null = null;
  #isOpen = false;

  /** `address` has no places; `kinds` are those of its events. */
  constructor(address: string, kinds: readonly string[], openSource: OpenSource, clock: () => number = Date.now) {
    this.#address = address;
    this.#kinds = kinds;
    this.#openSource = openSource;
    this.#heartbeat = new Heartbeat(() => this.#lost(), clock);
  }

  get isEmpty(): boolean {
    return this.#tabs.size === 0;
  }

  /** Have a tab get every event after its places. */
  join(tab: TabPort, places: Places): void {
    this.#tabs.add(tab);
    const isAlive = this.#source !== null && this.#source.readyState !== CLOSED && !this.#heartbeat.isSilent;
    if (!isAlive || !this.#recent.reaches(places)) {
      this.#open(places);
      for (const event of this.#recent.after(places)) tab.postMessage(event);
    } else {
      if (this.#isOpen) tab.postMessage({ say: "open" });
      for (const event of [...this.#recent.latest(), ...this.#recent.after(places)]) tab.postMessage(event);
    }
  }

  /** Forget a tab; the stream ends with the last one. */
  leave(tab: TabPort): void {
    this.#tabs.delete(tab);
    if (this.isEmpty) this.#close();
  }

  #open(places: Places): void {
    this.#close();
    const address = new URL(this.#address);
    for (const [name, place] of Object.entries(this.#recent.begin(places))) {
      address.searchParams.set(name, String(place));
    }
    const source = this.#openSource(address);
    this.#source = source;
    source.onopen = () => {
      this.#isOpen = true;
      this.#heartbeat.beat();
      this.#tell({ say: "open" });
    };
    source.onerror = () => this.#lost();
    for (const kind of this.#kinds) source.addEventListener(kind, (event) => this.#receive(kind, event));
    this.#heartbeat.beat();
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    this.#isOpen = false;
    this.#heartbeat.stop();
  }

  #receive(kind: string, { data, lastEventId }: SourceEvent): void {
    this.#heartbeat.beat();
    const event = { say: "event" as const, kind, data, id: lastEventId };
    this.#recent.add(event);
    this.#tell(event);
  }

  /** Every tab comes back by itself, with the place that it has. */
  #lost(): void {
    this.#close();
    const tabs = [...this.#tabs];
    this.#tabs.clear();
    for (const tab of tabs) tab.postMessage({ say: "lost" });
  }

  #tell(message: WorkerMessage): void {
    for (const tab of this.#tabs) tab.postMessage(message);
  }
}
