/**
 * Events on their way to the stores: one at a time while they are few, in batches when they are many.
 *
 * Between two batches the page rests for longer than one took, and each batch takes as many of one project as of
 * another: a project that sends without an end leaves the page, and the other projects, their time.
 */
import { batch } from "@preact/signals-core";

// Of each project, in one batch.
const MOST = 100;
const RESTS = 4;

export class EventQueue {
  readonly #waiting = new Map<string, Array<() => void>>();
  #isResting = false;

  /** Have `apply` run at its turn among those of its project; at once while nothing waits. */
  push(project: string, apply: () => void): void {
    const line = this.#waiting.get(project);
    if (line === undefined) this.#waiting.set(project, [apply]);
    else line.push(apply);
    if (!this.#isResting) this.#flush();
  }

  /** Forget what waits of a project. */
  clear(project: string): void {
    this.#waiting.delete(project);
  }

  #flush(): void {
    this.#isResting = true;
    const begun = performance.now();
    batch(() => {
      for (const [project, line] of [...this.#waiting]) {
        for (const apply of line.splice(0, MOST)) apply();
        if (line.length === 0) this.#waiting.delete(project);
      }
    });
    // What the batch has changed is drawn before a timer runs.
    setTimeout(() => setTimeout(() => this.#rested(), RESTS * (performance.now() - begun)));
  }

  #rested(): void {
    this.#isResting = false;
    if (this.#waiting.size > 0) this.#flush();
  }
}
