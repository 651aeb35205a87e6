/** Changes on their way: those of one ticket, or of what the key names, go in the order in which they were made. */

export class UpdateQueue<Key = number> {
  /** The last change of each that has some on their way. */
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Whether a change is on its way. */
  isBusy(key: Key): boolean {
    return this.#last.has(key);
  }

  /** Run `send` after the earlier changes of the same, whether those were refused or not; at once if there are none. */
  async run(key: Key, send: () => Promise<void>): Promise<void> {
    const turn = this.#last.get(key)?.then(send) ?? send();
    const end = turn.catch(() => {});
    this.#last.set(key, end);
    try {
      await turn;
    } finally {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }
}
