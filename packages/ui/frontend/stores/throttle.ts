/** Runs work at once, and what is asked for meanwhile once more: one run at a time, with a pause after each. */
export class Throttle {
  readonly #work: () => Promise<void>;
  readonly #pauseMs: number;
  #isRunning = false;
  #isAsked = false;
  #isClosed = false;

  constructor(work: () => Promise<void>, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  ask(): void {
    this.#isAsked = true;
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isAsked && !this.#isClosed) {
      this.#isAsked = false;
      await this.#work();
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
    }
    this.#isRunning = false;
  }
}
