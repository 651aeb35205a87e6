/** A stream whose server is a test. */
import { CLOSED, type OpenSource, type Source, type SourceEvent } from "../event_source.ts";

export class FakeSource implements Source {
  readonly address: URL;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #listeners = new Map<string, Array<(event: SourceEvent) => void>>();

  constructor(address: URL) {
    this.address = address;
  }

  addEventListener(kind: string, listener: (event: SourceEvent) => void): void {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
  }

  close(): void {
    this.readyState = CLOSED;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(kind: string, data: object = {}, id: string | number = ""): void {
    for (const listener of this.#listeners.get(kind) ?? []) {
      listener({ data: JSON.stringify(data), lastEventId: String(id) });
    }
  }
}

/** Return what opens such streams, and those that were opened. */
export function fakeSources(): { open: OpenSource; opened: FakeSource[] } {
  const opened: FakeSource[] = [];
  const open = (address: URL) => {
    const source = new FakeSource(address);
    opened.push(source);
    return source;
  };
  return { open, opened };
}
