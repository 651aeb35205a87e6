/**
 * Rows by id, each with the sequence number that it was taken at.
 *
 * An older row never replaces a newer one, so answers and events may arrive in any order. A reader of one row is
 * told of that row's changes alone.
 */
import { type Signal, signal } from "@preact/signals-core";

type Entry<Row> = { row: Signal<Row | null>; seq: number };

export class VersionedTable<Row> {
  readonly #entries = new Map<number, Entry<Row>>();
  /** Changes when a row is added or removed, for who asked for one that was not there. */
  readonly #members = signal(0);

  /** Take a row as it was at `seq`, unless a newer one is known. */
  put(id: number, row: Row, seq: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      this.#entries.set(id, { row: signal<Row | null>(row), seq });
      this.#members.value += 1;
    } else if (entry.seq <= seq) {
      entry.seq = seq;
      entry.row.value = row;
    }
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
