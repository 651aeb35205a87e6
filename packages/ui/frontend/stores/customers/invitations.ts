/** The tickets that are shared with the reader's address and that they have not joined. */
import { effect, signal, untracked } from "@preact/signals-core";
import type { Invitation } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";

export class Invitations {
  readonly offers = signal<Invitation[]>([]);
  readonly #project: Project;
  readonly #end: () => void;
  /** Counts the questions, and what is done with an offer: the answer to an earlier question tells what was before. */
  #asked = 0;

  constructor(project: Project) {
    this.#project = project;
    // A letter is no event: what is new is asked for with each snapshot, and by who opens a ticket that is not theirs.
    this.#end = effect(() => {
      void project.snapshots.value;
      void project.session.isStaff.value;
      untracked(() => void this.refresh());
    });
  }

  /** Ask what is shared with a customer; of the team, no one is a guest. */
  async refresh(): Promise<void> {
    if (this.#project.session.isStaff.peek()) return;
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const { invitations } = await this.#project.call("ticket.invitations");
      if (asked === this.#asked) this.offers.value = invitations;
    } catch {
      // What is known stays; the next snapshot asks again.
    }
  }

  find(ticketId: number): Invitation | null {
    return this.offers.value.find((one) => one.ticket_id === ticketId) ?? null;
  }

  /** Take part in a ticket; throws `ApiError`. */
  async join(ticketId: number): Promise<void> {
    const ticket = await this.#project.call("ticket.join", { ticket_id: ticketId });
    this.#project.data.putTicket(ticket, 0);
    this.#forget(ticketId);
    await this.#project.loadThread(ticketId);
  }

  /** Have a ticket not shared with oneself; throws `ApiError`. */
  async decline(ticketId: number): Promise<void> {
    const email = this.#project.session.me.peek()?.email ?? "";
    await this.#project.call("ticket.uninvite_address", { ticket_id: ticketId, email });
    this.#forget(ticketId);
  }

  close(): void {
    this.#end();
  }

  #forget(ticketId: number): void {
    this.#asked += 1;
    this.offers.value = this.offers.value.filter((one) => one.ticket_id !== ticketId);
  }
}

export const invitationsOf = perUser((project) => new Invitations(project));
