/**
 * Rows by id, each with the sequence number that it was taken at.
 *
 * An older row never replaces a newer one, so answers and events may arrive in any order. A reader of one row is
 * told of that row's changes alone. What a user changes is shown before the server has it, and undone if it refuses.
 */
import { type Signal, signal } from "@preact/signals-core";

/** `isIn` says whether a row has the change; null until the server has it. */
type Pending<Row> = { apply: (row: Row) => Row; isIn: ((row: Row) => boolean) | null };
/** Is told of each change of a row; null for one that is gone. */
type Follower<Row> = (id: number, row: Row | null) => void;
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
  readonly #followers = new Set<Follower<Row>>();

  /** Have every change told; returns the function that ends that. */
  follow(follower: Follower<Row>): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Take a row as it was at `seq`, unless a newer one is known. */
  put(id: number, row: Row, seq: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      this.#entries.set(id, { row: signal<Row | null>(row), base: row, seq, pending: [] });
      this.#members.value += 1;
      this.#tell(id, row);
    } else if (entry.seq <= seq) {
      entry.seq = seq;
      entry.base = row;
      this.#dropSettled(id, entry);
    }
  }

  /** Show a change of a row before the server has it. */
  change(id: number, apply: (row: Row) => Row): Change<Row> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return { settle: () => {}, undo: () => {} };
    const pending: Pending<Row> = { apply, isIn: null };
    entry.pending.push(pending);
    this.#show(id, entry);
    return {
      settle: (isIn) => {
        pending.isIn = isIn;
        if (this.#entries.get(id) === entry) this.#dropSettled(id, entry);
      },
      undo: () => {
        entry.pending = entry.pending.filter((one) => one !== pending);
        if (this.#entries.get(id) === entry) this.#show(id, entry);
      },
    };
  }

  get(id: number): Row | null {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.row.value;
    this.#members.value; // Read, so that the caller runs again when the row is there.
    return null;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Return the ids of all rows. */
  ids(): number[] {
    return [...this.#entries.keys()];
  }

  /** Return a row without being told of its changes. */
  peek(id: number): Row | null {
    return this.#entries.get(id)?.row.peek() ?? null;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  /** Whether a change of a row is shown that the server may not have. */
  isPending(id: number): boolean {
    return (this.#entries.get(id)?.pending.length ?? 0) > 0;
  }

  remove(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.row.value = null;
    this.#members.value += 1;
    this.#tell(id, null);
  }

  clear(): void {
    for (const id of this.ids()) this.remove(id);
  }

  #dropSettled(id: number, entry: Entry<Row>): void {
    entry.pending = entry.pending.filter(({ isIn }) => isIn === null || !isIn(entry.base));
    this.#show(id, entry);
  }

  #show(id: number, entry: Entry<Row>): void {
    const row = entry.pending.reduce((shown, { apply }) => apply(shown), entry.base);
    if (row === entry.row.peek()) return;
    entry.row.value = row;
    this.#tell(id, row);
  }

  #tell(id: number, row: Row | null): void {
    for (const follower of this.#followers) follower(id, row);
  }
}
