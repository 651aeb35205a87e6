/**
 * The browser's database, for what the page reads without its server: it has room for threads, and is there without TLS.
 *
 * Where it is switched off or full nothing is read, and nothing fails.
 */
import type { RecordStore } from "../stores/offline/record_store.ts";

const STORE = "records";

export class BrowserRecords implements RecordStore {
  readonly #name: string;
  #opened: Promise<IDBDatabase | null> | null = null;

  /** `name` tells the desks of one origin apart. */
  constructor(name: string) {
    this.#name = name;
  }

  async read(key: string): Promise<unknown> {
    return this.#run("readonly", (store) => store.get(key));
  }

  async write(key: string, value: unknown): Promise<void> {
    await this.#run("readwrite", (store) => store.put(value, key));
  }

  async remove(key: string): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(key));
  }

  async removeAll(prefix: string): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(rangeOf(prefix)));
  }

  async list(prefix: string): Promise<unknown[]> {
    const found = await this.#run("readonly", (store) => store.getAll(rangeOf(prefix)));
    return Array.isArray(found) ? found : [];
  }

  async #run(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const database = await this.#open();
    if (database === null) return undefined;
    try {
      return await settled(ask(database.transaction(STORE, mode).objectStore(STORE)));
    } catch {
      return undefined;
    }
  }

  #open(): Promise<IDBDatabase | null> {
    this.#opened ??= openDatabase(this.#name).catch(() => null);
    return this.#opened;
  }
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const database = await settled(request);
  // A later release may need another shape: this one gives way.
  database.onversionchange = () => database.close();
  return database;
}

function settled<R>(request: IDBRequest<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Every key that begins with a text. */
function rangeOf(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}
