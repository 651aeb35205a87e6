/** What a project follows its events by. */
import type { ApiError } from "../api/errors.ts";
import type { Connected, Counts, Event, PresenceChange } from "../api/wire.ts";

export interface StreamListener {
  event(event: Event): void;
  /** How many tickets are in each view that every agent has; told when a stream begins and when it changes. */
  counts(counts: Counts["counts"]): void;
  /** The stream has a name, and says who is at which ticket; what changes of that follows. */
  connected(connected: Connected): void;
  presence(change: PresenceChange): void;
  /** The stream is live; where the project has several addresses, at this one. */
  open(address?: string): void;
  /** The stream ended, with the reason where it is known; it comes back by itself. */
  lost(reason?: ApiError): void;
  /** The server does not let this user in; the stream does not come back. */
  refused(error: ApiError): void;
  /** The server cannot continue: a new snapshot is needed. */
  reset(): void;
}

export interface Stream {
  /** Follow what happens after the event `seq`. */
  open(seq: number): void;
  close(): void;
  /** Come back now rather than at the end of the delay. */
  hurry(): void;
}

export type OpenStream = (project: string, listener: StreamListener) => Stream;
