/**
 * Rows by id, each with the sequence number that it was taken at.
 *
 * An older row never replaces a newer one, so answers and events may arrive in any order. A reader of one row is
 * told of that row's changes alone. What a user changes is shown before the server has it, and undone if it refuses.
 */
import { type Signal, signal } from "@preact/signals-core";

/** `isIn` says whether a row has the change; null until the server has it. */
type Pending<Row> = { apply: (row: Row) => Row; isIn: ((row: Row) => boolean) | null };
type Entry<Row> = { row: Signal<Row | null>; base: Row; seq: number; pending: Pending<Row>[] };

/** A change that is shown and not confirmed. */
export type Change<Row> = {
  /** The server has it: it is shown until a row has it too, which may have come before the answer. */
  settle: (isIn: (row: Row) => boolean) => void;
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
      dropSettled(entry);
    }
  }

  /** Show a change of a row before the server has it. */
  change(id: number, apply: (row: Row) => Row): Change<Row> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return { settle: () => {}, undo: () => {} };
    const pending: Pending<Row> = { apply, isIn: null };
    entry.pending.push(pending);
    show(entry);
    return {
      settle: (isIn) => {
        pending.isIn = isIn;
        if (this.#entries.get(id) === entry) dropSettled(entry);
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

function dropSettled<Row>(entry: Entry<Row>): void {
  entry.pending = entry.pending.filter(({ isIn }) => isIn === null || !isIn(entry.base));
  show(entry);
}

function show<Row>(entry: Entry<Row>): void {
  entry.row.value = entry.pending.reduce((row, { apply }) => apply(row), entry.base);
}
