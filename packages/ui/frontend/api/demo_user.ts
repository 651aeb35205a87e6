/**
 * Who this window is in dev mode. The choice belongs to the window: two windows of one browser are two people.
 *
 * It goes with every call as a header, and as a parameter with what the browser asks for by itself: streams,
 * pictures and downloads. A cookie would be shared by all windows.
 */

const KEY = "hero_assistance.demo_user";
/** The header, and the parameter. */
export const PICKED_USER = "X-Picked-User";

export type WindowStorage = Pick<Storage, "getItem" | "setItem">;

export class DemoUser {
  readonly #storage: () => WindowStorage;
  #chosen: string | null = null;

  /** `storage` is that of the window; it may throw: browsers do where it is switched off. */
  constructor(storage: () => WindowStorage) {
    this.#storage = storage;
  }

  /** The id of the user; null until one was chosen. */
  get id(): string | null {
    try {
      return this.#storage().getItem(KEY) ?? this.#chosen;
    } catch {
      return this.#chosen;
    }
  }

  choose(id: string): void {
    this.#chosen = id;
    try {
      this.#storage().setItem(KEY, id);
    } catch {
      // Full or switched off: the choice lives until the page is loaded again.
    }
  }

  /** Return the headers of a call. */
  headers(): Record<string, string> {
    const id = this.id;
    return id === null ? {} : { [PICKED_USER]: encodeURIComponent(id) };
  }

  /** Return the address with the user in it. */
  mark(url: URL): URL {
    const id = this.id;
    if (id !== null) url.searchParams.set(PICKED_USER, id);
    return url;
  }
}

/** The user of this window. */
export const demoUser = new DemoUser(() => sessionStorage);
