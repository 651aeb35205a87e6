/** Where in the desk a user was who left this window to sign in: they come back to it. */
import { parseRoute } from "../route.ts";

const KEY = "hero_assistance.return_address";

export type ReturnStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class ReturnAddress {
  readonly #storage: () => ReturnStorage;

  /** `storage` is that of the window; it may throw: browsers do where it is switched off. */
  constructor(storage: () => ReturnStorage) {
    this.#storage = storage;
  }

  /** Keep a fragment; one that names no view of its own is none. */
  keep(hash: string): void {
    try {
      if (isPlace(hash)) this.#storage().setItem(KEY, hash);
      else this.#storage().removeItem(KEY);
    } catch {
      // They come back to the list.
    }
  }

  /** Return the fragment that was kept, once; the empty text without one. */
  take(): string {
    try {
      const hash = this.#storage().getItem(KEY) ?? "";
      this.#storage().removeItem(KEY);
      return isPlace(hash) ? hash : "";
    } catch {
      return "";
    }
  }
}

function isPlace(hash: string): boolean {
  return hash.startsWith("#/") && !["inbox", "sign-in"].includes(parseRoute(hash).view);
}
