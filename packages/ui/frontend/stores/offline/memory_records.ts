/** A record store whose browser is a test. */
import type { RecordStore } from "./record_store.ts";

/** Records that live as long as the page. */
export class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, unknown>();

  async read(key: string): Promise<unknown> {
    return structuredClone(this.#records.get(key));
  }

  async write(key: string, value: unknown): Promise<void> {
    this.#records.set(key, structuredClone(value));
  }

  async remove(key: string): Promise<void> {
    this.#records.delete(key);
  }

  async removeAll(prefix: string): Promise<void> {
    for (const key of [...this.#records.keys()]) if (key.startsWith(prefix)) this.#records.delete(key);
  }

  async list(prefix: string): Promise<unknown[]> {
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => structuredClone(this.#records.get(key)));
  }
}
