/**
 * Says when a stream that should speak has fallen silent: browsers do not report it.
 *
 * It goes by the time of day: timers stand still while a computer sleeps or a page is frozen, and what was heard before
 * says nothing about now.
 */

// A server pings every 4 s. With the look of each second, silence is noticed within 10 s.
export const SILENCE_MS = 8_500;
const LOOK_MS = 1_000;
// What arrived while the page was busy or asleep waits in its queue: it is heard before the stream is given up.
const GRACE_MS = 200;

type Timer = ReturnType<typeof setTimeout>;

export class Heartbeat {
  readonly #silent: () => void;
  readonly #clock: () => number;
  #heardAt = 0;
  #look: Timer | undefined;
  #doubt: Timer | undefined;

  constructor(silent: () => void, clock: () => number = Date.now) {
    this.#silent = silent;
    this.#clock = clock;
  }

  /** Something was heard; the first time begins the watch. */
  beat(): void {
    this.#heardAt = this.#clock();
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    this.#look ??= setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#look);
    clearTimeout(this.#doubt);
    this.#look = undefined;
    this.#doubt = undefined;
  }

  /** Whether the stream is watched and was silent for too long. */
  get isSilent(): boolean {
    // A clock that was set back says nothing.
    return this.#look !== undefined && this.#clock() - this.#heardAt > SILENCE_MS;
  }

  /** Look now rather than within a second, as when a page wakes up. */
  look(): void {
    if (!this.isSilent || this.#doubt !== undefined) return;
    this.#doubt = setTimeout(() => {
      this.#doubt = undefined;
      if (this.isSilent) this.#silent();
    }, GRACE_MS);
  }
}
