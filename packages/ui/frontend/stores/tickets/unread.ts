/** The tickets with news that the user has not looked at since. */
import { computed, signal } from "@preact/signals-core";

export class UnreadTickets {
  readonly #keys = signal<ReadonlySet<string>>(new Set());
  readonly count = computed(() => this.#keys.value.size);

  has(project: string, ticketId: number): boolean {
    return this.#keys.value.has(ticketKey(project, ticketId));
  }

  add(project: string, ticketId: number): void {
    this.#keys.value = new Set(this.#keys.value).add(ticketKey(project, ticketId));
  }

  remove(project: string, ticketId: number): void {
    if (!this.has(project, ticketId)) return;
    const rest = new Set(this.#keys.value);
    rest.delete(ticketKey(project, ticketId));
    this.#keys.value = rest;
  }

  clear(): void {
    this.#keys.value = new Set();
  }
}

/** Return the name of a ticket among those of all projects. */
export function ticketKey(project: string, ticketId: number): string {
  return `${project}/${ticketId}`;
}
