/** Changes of tickets on their way: those of one ticket go one after the other, in the order in which they were made. */

export class UpdateQueue {
  /** The last change of each ticket that has some on their way. */
  readonly #last = new Map<number, Promise<unknown>>();

  /** Run `send` after the earlier changes of the ticket, whether those were refused or not; at once if there are none. */
  async run(ticketId: number, send: () => Promise<void>): Promise<void> {
    const turn = this.#last.get(ticketId)?.then(send) ?? send();
    const end = turn.catch(() => {});
    this.#last.set(ticketId, end);
    try {
      await turn;
    } finally {
      if (this.#last.get(ticketId) === end) this.#last.delete(ticketId);
    }
  }
}
