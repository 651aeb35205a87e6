/**
 * What users change on tickets: shown at once, sent after what was changed on the same ticket before, and undone when
 * the server refuses it.
 */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { Ticket, TicketSummary, User } from "../../api/wire.ts";
import type { ProjectData } from "../project_data.ts";
import { UpdateQueue } from "../update_queue.ts";
import { applyPatch, type TicketPatch } from "./ticket_patch.ts";

export type TicketChange = {
  /** Return the ticket as it will be. */
  show: (ticket: TicketSummary) => TicketSummary;
  send: () => Promise<Ticket>;
};

export class TicketChanges {
  readonly #call: Call;
  readonly #data: ProjectData;
  readonly #me: ReadonlySignal<User | null>;
  readonly #queue = new UpdateQueue();

  constructor(call: Call, data: ProjectData, me: ReadonlySignal<User | null>) {
    this.#call = call;
    this.#data = data;
    this.#me = me;
  }

  /** Set fields of a ticket; throws `ApiError`. */
  update(ticketId: number, patch: TicketPatch): Promise<void> {
    const send = () => this.#call("ticket.update", { ticket_id: ticketId, ...patch });
    return this.make(ticketId, { show: (ticket) => applyPatch(ticket, patch), send });
  }

  /** Follow a ticket, or no more; throws `ApiError`. */
  follow(ticketId: number, isFollowing: boolean): Promise<void> {
    const me = this.#me.peek()?.user_id ?? "";
    const show = (ticket: TicketSummary) => {
      const others = ticket.followers.filter((id) => id !== me);
      return { ...ticket, followers: isFollowing ? [...others, me] : others };
    };
    const method = isFollowing ? "ticket.follow" : "ticket.unfollow";
    return this.make(ticketId, { show, send: () => this.#call(method, { ticket_id: ticketId }) });
  }

  /** Share a ticket with who has an address; throws `ApiError`. Who that is, the server says. */
  invite(ticketId: number, email: string): Promise<void> {
    const send = () => this.#call("ticket.invite_address", { ticket_id: ticketId, email });
    return this.make(ticketId, { show: (ticket) => ticket, send });
  }

  /** Take a collaborator off a ticket; throws `ApiError`. */
  uninvite(ticketId: number, userId: string): Promise<void> {
    const show = (ticket: TicketSummary) => ({
      ...ticket,
      collaborators: ticket.collaborators.filter((id) => id !== userId),
    });
    const send = () => this.#call("ticket.uninvite", { ticket_id: ticketId, user_id: userId });
    return this.make(ticketId, { show, send });
  }

  /** Make a change of a ticket; throws `ApiError`. */
  async make(ticketId: number, { show, send }: TicketChange): Promise<void> {
    const author = this.#me.peek()?.user_id;
    const change = this.#data.changeTicket(ticketId, show);
    const sendInTurn = async () => {
      // What one user has set is never sent as another's.
      if (this.#me.peek()?.user_id !== author) return;
      const { updated_at: at } = await send();
      change.settle((ticket) => ticket.updated_at >= at);
    };
    try {
      await this.#queue.run(ticketId, sendInTurn);
    } catch (error) {
      change.undo();
      throw error;
    }
  }
}
