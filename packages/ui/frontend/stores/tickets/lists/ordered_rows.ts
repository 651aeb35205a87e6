/** Ids in order. A binary search finds each one's place: a new one among ten thousand sorts nothing. */

/**
 * An id and its place: segments follow one another, and within one the lesser place comes first. Of two at the same place
 * it is the one with the lesser `tie`; without one, the greater id.
 */
export type Ranked = {
  readonly id: number;
  readonly segment: number;
  readonly place: number;
  readonly tie?: number;
};

export class OrderedRows<Row extends Ranked> {
  #rows: Row[] = [];
  readonly #byId = new Map<number, Row>();

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): Row | undefined {
    return this.#rows[index];
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** Return the ids in order. */
  ids(): number[] {
    return this.#rows.map(({ id }) => id);
  }

  /** Return where an id is; -1 for one that is not there. */
  indexOf(id: number): number {
    const row = this.#byId.get(id);
    return row === undefined ? -1 : this.#find(row);
  }

  /** Put a row in its place, also one that was elsewhere; returns whether anything has changed. */
  put(row: Row): boolean {
    const known = this.#byId.get(row.id);
    if (known !== undefined && compare(known, row) === 0) return false;
    if (known !== undefined) this.#rows.splice(this.#find(known), 1);
    this.#byId.set(row.id, row);
    this.#rows.splice(this.#find(row), 0, row);
    return true;
  }

  remove(id: number): boolean {
    const known = this.#byId.get(id);
    if (known === undefined) return false;
    this.#rows.splice(this.#find(known), 1);
    this.#byId.delete(id);
    return true;
  }

  /** Keep the first ones; returns the ids of the others. */
  truncate(most: number): number[] {
    const gone = this.#rows.slice(most).map(({ id }) => id);
    this.#rows.length = Math.min(most, this.#rows.length);
    for (const id of gone) this.#byId.delete(id);
    return gone;
  }

  clear(): void {
    this.#rows = [];
    this.#byId.clear();
  }

  /** Return the index of a row, or the one where it belongs. */
  #find(row: Ranked): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#rows[middle] as Row, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Return less than zero where one row comes before the other. */
export function compare(one: Ranked, other: Ranked): number {
  return one.segment - other.segment || one.place - other.place || tieOf(one) - tieOf(other);
}

function tieOf({ id, tie = -id }: Ranked): number {
  return tie;
}
