/** Who takes part in a ticket, with their names: asked for when it is read, and again when others take part. */
import { effect, type Signal, signal, untracked } from "@preact/signals-core";
import type { TicketPeople, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";
import { followReturns } from "../returns.ts";
import { RecentEntries } from "../tickets/recent_entries.ts";

/** What a ticket is fetched for again: who takes part by id. */
type Entry = { people: Signal<TicketPeople | null>; key: string; isAsked: boolean };

export class Participants {
  readonly #project: Project;
  readonly #entries = new RecentEntries<Entry>();
  /** Changes when those who are followed are asked for again. */
  readonly #round = signal(0);
  readonly #end: () => void;

  constructor(project: Project) {
    this.#project = project;
    this.#end = followReturns(project, (hasGap) => {
      this.#entries.catchUp(hasGap, (_, latest) => {
        // What failed has no key.
        if (hasGap) latest.key = "";
      });
      this.#round.value += 1;
    });
  }

  /** Have a ticket's people fetched, and again when they change; returns the function that ends that. */
  follow(ticketId: number): () => void {
    return effect(() => {
      this.#round.value;
      const ticket = this.#project.data.ticket(ticketId);
      if (ticket === null) return;
      const key = [ticket.customer, ticket.customer_name, ...ticket.collaborators, "", ...ticket.followers].join(" ");
      untracked(() => this.#refresh(ticketId, key));
    });
  }

  /** Have a ticket's people fetched again: who is invited changes without the ticket. */
  refresh(ticketId: number): void {
    const entry = this.#entries.get(ticketId);
    // Another key, so that what is on its way, and was asked before, is asked for after it.
    if (entry !== undefined) void this.#refresh(ticketId, `${entry.key} again`);
  }

  /** Return who takes part; null until the server has told. */
  of(ticketId: number): Signal<TicketPeople | null> {
    return this.#entry(ticketId).people;
  }

  /** Return who has an id on a ticket; null until it is known. */
  find(ticketId: number, userId: string): User | null {
    const told = this.of(ticketId).value;
    if (told === null) return null;
    return [told.customer, ...told.collaborators, ...told.followers].find((one) => one.user_id === userId) ?? null;
  }

  close(): void {
    this.#end();
    this.#entries.clear();
  }

  #entry(ticketId: number): Entry {
    const known = this.#entries.show(ticketId);
    if (known !== undefined) return known;
    const entry: Entry = { people: signal(null), key: "", isAsked: false };
    this.#entries.add(ticketId, entry);
    return entry;
  }

  /** One question of a ticket is on its way at a time; what changes meanwhile is asked after it. */
  async #refresh(ticketId: number, key: string): Promise<void> {
    const entry = this.#entry(ticketId);
    if (entry.key === key) return;
    entry.key = key;
    if (entry.isAsked) return;
    entry.isAsked = true;
    try {
      let asked: string;
      do {
        asked = entry.key;
        entry.people.value = await this.#project.call("ticket.people", { ticket_id: ticketId });
      } while (asked !== entry.key);
    } catch {
      // The ids stand for the names; the next reader tries again.
      entry.key = "";
    } finally {
      entry.isAsked = false;
    }
  }
}

export const participantsOf = perUser((project) => new Participants(project));
