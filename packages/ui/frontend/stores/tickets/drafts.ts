/**
 * What was typed and not sent yet: it survives another view, a reload and a failed send.
 *
 * A draft belongs to one user and one place, so the text of one user never turns up in the form of another. The token
 * that it was sent with stays with it: what is sent again after its answer was lost arrives once.
 */
import { RetryToken } from "./retry_token.ts";

const PREFIX = "hero_assistance.draft";

export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function draftKey(...place: Array<string | number>): string {
  return [PREFIX, ...place].join("/");
}

export class Drafts {
  readonly #storage: () => DraftStorage;
  readonly #tokens = new Map<string, RetryToken>();

  /** `storage` may throw: browsers do where it is switched off. */
  constructor(storage: () => DraftStorage) {
    this.#storage = storage;
  }

  read(key: string): string {
    return this.#get(key);
  }

  /** Keep a text; one that was emptied is forgotten with its token. */
  save(key: string, text: string): void {
    this.#set(key, text);
    if (text === "") this.token(key).renew();
  }

  /** Return what a draft is sent with. */
  token(key: string): RetryToken {
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    const place = `${key}/token`;
    const token = new RetryToken({ read: () => this.#get(place), save: (kept) => this.#set(place, kept) });
    this.#tokens.set(key, token);
    return token;
  }

  #get(name: string): string {
    try {
      return this.#storage().getItem(name) ?? "";
    } catch {
      return ""; // Switched off: the text lives as long as its form, the token as long as the page.
    }
  }

  #set(name: string, text: string): void {
    try {
      if (text === "") this.#storage().removeItem(name);
      else this.#storage().setItem(name, text);
    } catch {
      // Full or switched off: nothing is lost that the form does not still hold.
    }
  }
}
