/** Calls that have no answer yet, on their way or in a queue: where the page is left they go out once more, at once. */
import type { Method, Params } from "../api/client.ts";

/** Sends a call that outlives the page; no one reads its answer. */
export type SendLast = <M extends Method>(method: M, params: Params<M>) => void;

export class UnansweredCalls {
  readonly #sendLast: SendLast;
  /** By what they set: of two that set the same, the later one counts. */
  readonly #calls = new Map<string, () => void>();

  constructor(sendLast: SendLast) {
    this.#sendLast = sendLast;
  }

  /**
   * Count a call as unanswered; returns the function that ends that. Only what makes no difference to a server that is
   * told twice belongs here.
   */
  expect<M extends Method>(key: string, method: M, params: Params<M>): () => void {
    const send = () => this.#sendLast(method, params);
    this.#calls.delete(key);
    this.#calls.set(key, send);
    return () => {
      if (this.#calls.get(key) === send) this.#calls.delete(key);
    };
  }

  /** The page is being left, which cuts off what is on its way. */
  leave(): void {
    for (const send of this.#calls.values()) send();
  }

  clear(): void {
    this.#calls.clear();
  }
}
