/**
 * Rows by id, each with the sequence number that it was taken at.
 *
 * An older row never replaces a newer one, so answers and events may arrive in any order. A reader of one row is
 * told of that row's changes alone. What a user changes is shown before the server has it, and undone if it refuses.
 */
import { type Signal, signal } from "@preact/signals-core";

type Pending<Row> = { apply: (row: Row) => Row; isSettled: boolean };
type Entry<Row> = { row: Signal<Row | null>; base: Row; seq: number; pending: Pending<Row>[] };

/** A change that is shown and not confirmed. */
export type Change = {
  /** The server has it: the next row that arrives has it too. */
  settle: () => void;
  /** The server has refused it. */
  undo: () => void;
};

export class VersionedTable<Row> {
  readonly #entries = new Map<number, Entry<Row>>();
  /** Changes when a row is added or removed, for who asked for one that was not there. */
  readonly #members = signal(0);

  /** Take a row as it was at `seq`, unless a newer one is known. */
  put(id: number, row: Row, seq: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      this.#entries.set(id, { row: signal<Row | null>(row), base: row, seq, pending: [] });
      this.#members.value += 1;
    } else if (entry.seq <= seq) {
      entry.seq = seq;
      entry.base = row;
      entry.pending = entry.pending.filter(({ isSettled }) => !isSettled);
      show(entry);
    }
  }

  /** Show a change of a row before the server has it. */
  change(id: number, apply: (row: Row) => Row): Change {
    const entry = this.#entries.get(id);
    if (entry === undefined) return { settle: () => {}, undo: () => {} };
    const pending = { apply, isSettled: false };
    entry.pending.push(pending);
    show(entry);
    return {
      settle: () => {
        pending.isSettled = true;
      },
      undo: () => {
        entry.pending = entry.pending.filter((one) => one !== pending);
        if (this.#entries.get(id) === entry) show(entry);
      },
    };
  }

  get(id: number): Row | null {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.row.value;
    this.#members.value; // Read, so that the caller runs again when the row is there.
    return null;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  remove(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.row.value = null;
    this.#members.value += 1;
  }

  clear(): void {
    for (const id of [...this.#entries.keys()]) this.remove(id);
  }
}

function show<Row>(entry: Entry<Row>): void {
  entry.row.value = entry.pending.reduce((row, { apply }) => apply(row), entry.base);
}
