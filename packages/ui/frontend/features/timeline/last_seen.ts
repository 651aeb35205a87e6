/** Where "new since you were here" begins: fixed when a thread is opened, and each time that its reader comes back. */
import { signal } from "@preact/signals-core";
import type { Message } from "../../api/wire.ts";

type Absence = {
  /** The last message that was there before; null while that is not known. */
  seen: number | null;
  /** The last one that came meanwhile: what comes later is seen as it comes. Null while the reader is away. */
  until: number | null;
};

export class LastSeen {
  readonly #absence = signal<Absence>({ seen: null, until: null });

  /** The thread was opened, when `seen` had been read and `last` was its last message. */
  open(seen: number, last: number): void {
    this.#absence.value = { seen, until: last };
  }

  /** Its reader looks elsewhere. */
  leave(last: number): void {
    this.#absence.value = { seen: last, until: null };
  }

  /** They are back; without a message that came meanwhile, the line stays away. */
  comeBack(last: number): void {
    const { seen, until } = this.#absence.value;
    if (seen !== null && until === null) this.#absence.value = { seen, until: last };
  }

  /** Return the message with which the new ones begin, null for none. What a reader wrote, they had read up to. */
  firstNew(messages: readonly Message[], reader: string | undefined): number | null {
    const { seen, until } = this.#absence.value;
    if (seen === null || until === null) return null;
    const came = messages.filter(({ message_id: id }) => id <= until);
    const own = came.findLastIndex(({ author }) => author === reader);
    const found = came.slice(own + 1).find(({ message_id: id, author }) => id > seen && author !== reader);
    return found?.message_id ?? null;
  }
}
