/** The tickets that an agent has selected, by their keys: they stay selected when they or the list change. */
import { computed, signal } from "@preact/signals-core";

export class Selection {
  readonly #keys = signal<ReadonlySet<string>>(new Set());
  /** In the order in which they were selected. */
  readonly keys = computed(() => [...this.#keys.value]);
  readonly count = computed(() => this.#keys.value.size);
  /** Whether any is: the list shows its boxes then. */
  readonly isActive = computed(() => this.#keys.value.size > 0);
  /** Where a range begins: the ticket that was last selected, or taken out, by itself. */
  #anchor: string | null = null;

  has(key: string): boolean {
    return this.#keys.value.has(key);
  }

  toggle(key: string): void {
    this.#set([key], !this.#keys.peek().has(key));
    this.#anchor = key;
  }

  /**
   * Do with all from the last one to this as was done with that one; `listed` is the list as it is shown.
   *
   * Where that one is not listed any more, there is no range.
   */
  extend(key: string, listed: readonly string[]): void {
    const from = this.#anchor === null ? -1 : listed.indexOf(this.#anchor);
    const to = listed.indexOf(key);
    if (from < 0 || to < 0) {
      this.toggle(key);
      return;
    }
    const isSelected = this.#anchor !== null && this.#keys.peek().has(this.#anchor);
    this.#set(listed.slice(Math.min(from, to), Math.max(from, to) + 1), isSelected);
  }

  add(keys: Iterable<string>): void {
    this.#set(keys, true);
  }

  remove(keys: Iterable<string>): void {
    this.#set(keys, false);
  }

  /** Select these, and no others. */
  replace(keys: Iterable<string>): void {
    this.#anchor = null;
    this.#keys.value = new Set(keys);
  }

  clear(): void {
    if (this.#keys.peek().size > 0) this.#keys.value = new Set();
    this.#anchor = null;
  }

  #set(keys: Iterable<string>, isSelected: boolean): void {
    const changed = new Set(this.#keys.peek());
    for (const key of keys) {
      if (isSelected) changed.add(key);
      else changed.delete(key);
    }
    this.#keys.value = changed;
  }
}
