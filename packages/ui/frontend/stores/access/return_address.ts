/** Where in the desk a user was who left this window to sign in: they come back to it. */
import { QuietStorage, type TextStorage } from "../quiet_storage.ts";
import { parseRoute } from "../route.ts";

const KEY = "hero_assistance.return_address";

export class ReturnAddress {
  readonly #storage: QuietStorage;

  /** `storage` is that of the window. */
  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
  }

  /** Keep a fragment; one that names no view of its own is none. */
  keep(hash: string): void {
    this.#storage.write(KEY, isPlace(hash) ? hash : "");
  }

  /** Return the fragment that was kept, once; the empty text without one. */
  take(): string {
    const hash = this.#storage.read(KEY);
    this.#storage.write(KEY, "");
    return isPlace(hash) ? hash : "";
  }
}

function isPlace(hash: string): boolean {
  return hash.startsWith("#/") && !["inbox", "sign-in"].includes(parseRoute(hash).view);
}
