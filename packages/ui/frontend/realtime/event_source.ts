/** What a connection reads events from: an `EventSource` of the page's own, or its share of one in the worker. */

export type SourceEvent = { readonly data: string; readonly lastEventId: string };

/** The part of `EventSource` that is used. */
export interface Source {
  readonly readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(kind: string, listener: (event: SourceEvent) => void): void;
  close(): void;
}

export type OpenSource = (address: URL) => Source;

/** `EventSource.CLOSED`, which a test does without. */
export const CLOSED = 2;

/** Events without a number: they are not sent again. */
export const TRANSIENT_KINDS = ["connected", "counts", "ping", "presence"] as const;

/** What several projects in one stream say of themselves, each in its own name. */
export const PROJECT_KINDS = ["stream.open", "stream.lost", "stream.refused"] as const;

/** The parameter of a stream that carries one project alone: the number of the last event that is known. */
export const SINCE = "since";

/** Open a stream of this page alone. */
export function openOwnSource(address: URL): Source {
  return new EventSource(address) as Source;
}
