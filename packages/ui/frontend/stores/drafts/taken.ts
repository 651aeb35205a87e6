/** What was taken out of a form to be sent, and was not heard to arrive yet. */
import { type DraftContent, isSameText } from "./draft_content.ts";

/** What is sent of a draft, and the token that it is sent with. */
export type Taken = { content: DraftContent; token: string };

export class TakenTexts {
  readonly #bodies = new Map<string, string>();

  add({ content, token }: Taken): void {
    this.#bodies.set(token, content.body);
  }

  /** Whether a draft with this token is one that is being sent. */
  has(token: string | null): boolean {
    return token !== null && this.#bodies.has(token);
  }

  /** It came back, and is written on. */
  remove(token: string): void {
    this.#bodies.delete(token);
  }

  /** A text of the author's has arrived; returns whether it was taken here. */
  arrived(body: string): boolean {
    for (const [token, taken] of this.#bodies) {
      if (isSameText(taken, body)) return this.#bodies.delete(token);
    }
    return false;
  }
}
