/** Random texts that make sending again safe. */

/** A token stays with its text: the same text sent again is a retry, another text is another message. */
export class RetryToken {
  #text = "";
  #token = "";

  tokenFor(text: string): string {
    if (this.#token === "" || this.#text !== text) {
      this.#text = text;
      this.#token = randomToken();
    }
    return this.#token;
  }

  /** Make the next send another message, also with the same text. */
  renew(): void {
    this.#token = "";
  }
}

/** Available on plain http too, unlike `randomUUID`. */
function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
