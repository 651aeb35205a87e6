/** The choice of the messages that become a ticket of their own. */
import { signal } from "@preact/signals-core";
import type { DeskTicket } from "../../stores/desk.ts";

class Splitting {
  /** The ticket whose messages are chosen from; null outside of that. */
  readonly ticket = signal<DeskTicket | null>(null);
  readonly messages = signal<ReadonlySet<number>>(new Set());

  start(ticket: DeskTicket): void {
    this.messages.value = new Set();
    this.ticket.value = ticket;
  }

  end(): void {
    this.ticket.value = null;
  }

  isOf(projectId: string, ticketId: number): boolean {
    const { value } = this.ticket;
    return value !== null && value.project.id === projectId && value.ticketId === ticketId;
  }

  toggle(messageId: number): void {
    const chosen = new Set(this.messages.peek());
    if (!chosen.delete(messageId)) chosen.add(messageId);
    this.messages.value = chosen;
  }
}

export const splitting = new Splitting();
