/** What a tab and the worker of the events say to each other. */

/** For each stream of an address, the number of the last event that is known: its parameters. */
export type Places = Record<string, number>;

/** A tab's words. `reader` keeps the users of one browser apart who follow each other at one address. */
export type TabMessage =
  | { say: "follow"; address: string; reader: string; places: Places }
  | { say: "alive" | "leave" };

/** The worker's words. A tab that does not answer `ask` for long is forgotten, and told so by `lost`. */
export type WorkerMessage =
  | { say: "hello" | "ask" | "open" | "lost" }
  | { say: "event"; kind: string; data: string; id: string };

export interface TabPort {
  postMessage(message: WorkerMessage): void;
  close(): void;
}
