/** When a text is saved: after a pause in typing, now and then where there is none, and later where nothing answers. */

export const PAUSE_MS = 1_000;
// Who types without a pause.
export const LONGEST_MS = 5_000;
export const RETRY_MS = [2_000, 5_000, 15_000, 30_000];

export class SaveTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when something waits to be saved. */
  #since: number | null = null;
  #failures = 0;

  /** Run `save` after the pause, in the place of what was to be run before. */
  schedule(save: () => void): void {
    const now = Date.now();
    this.#since ??= now;
    this.#set(save, Math.min(PAUSE_MS, Math.max(0, this.#since + LONGEST_MS - now)));
  }

  /** Run `again` later, and later still the more often nothing has answered. */
  retry(again: () => void): void {
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? PAUSE_MS;
    this.#failures += 1;
    this.#set(again, wait);
  }

  /** Run `again` at a time. */
  at(time: number, again: () => void): void {
    this.#set(again, Math.max(PAUSE_MS, time - Date.now()));
  }

  /** What waited is being saved. */
  begun(): void {
    this.stop();
    this.#since = null;
  }

  /** The server has answered. */
  succeeded(): void {
    this.#failures = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #set(run: () => void, wait: number): void {
    this.stop();
    this.#timer = setTimeout(run, wait);
  }
}
