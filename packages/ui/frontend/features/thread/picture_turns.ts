/** Pictures load a few at a time: a browser opens six connections to one address, and calls need theirs. */
const AT_ONCE = 3;

export class Turns {
  readonly #atOnce: number;
  readonly #begun = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  constructor(atOnce = AT_ONCE) {
    this.#atOnce = atOnce;
  }

  /** Call `begin` at its turn, now or later; returns the function that ends it, or the wait for it. */
  take(begin: () => void): () => void {
    // A function of its own, so that one that is taken twice has two turns.
    const turn = () => begin();
    this.#waiting.add(turn);
    this.#next();
    return () => {
      this.#waiting.delete(turn);
      if (this.#begun.delete(turn)) this.#next();
    };
  }

  #next(): void {
    for (const turn of this.#waiting) {
      if (this.#begun.size >= this.#atOnce) return;
      this.#waiting.delete(turn);
      this.#begun.add(turn);
      turn();
    }
  }
}
