/** Random texts that make sending again safe. */

/** Where a token is kept, as a text; empty for none. */
export type TokenPlace = { read: () => string; save: (kept: string) => void };

/**
 * A token stays with its text: the same text sent again is a retry, another text is another message.
 *
 * The server answers a token that it knows with what was made by it, whatever the text is now.
 */
export class RetryToken {
  readonly #place: TokenPlace;
  #text = "";
  #token = "";

  constructor(place: TokenPlace) {
    this.#place = place;
    const kept = parseKept(place.read());
    if (kept !== null) [this.#text, this.#token] = kept;
  }

  tokenFor(text: string): string {
    if (this.#token === "" || this.#text !== text) {
      this.#text = text;
      this.#token = randomToken();
      this.#place.save(JSON.stringify([this.#text, this.#token]));
    }
    return this.#token;
  }

  /** Make the next send another message, also with the same text. */
  renew(): void {
    this.#token = "";
    this.#place.save("");
  }
}

function parseKept(kept: string): [string, string] | null {
  try {
    const [text, token] = JSON.parse(kept);
    return typeof text === "string" && typeof token === "string" ? [text, token] : null;
  } catch {
    return null;
  }
}

/** Available on plain http too, unlike `randomUUID`. */
function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
