/**
 * Tells the server at which ticket this window is, and what its user does there.
 *
 * Few requests: one when that changes, at most one each second, and one each third of a lease while it stays. What is
 * told is true of a window in front of its user: one that is hidden is at no ticket.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import type { Level, MessageKind, User } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Presence } from "./presence.ts";

const PAUSE_MS = 1_000;
// What the server gives, until it has told.
const LEASE_MS = 20_000;
const RENEWALS = 3;
// Who has typed nothing for so long reads, or thinks.
const WRITING_MS = 6_000;

type Spot = { ticketId: number; level: Level; kind: MessageKind };
type Timer = ReturnType<typeof setTimeout>;

export type BeatsOptions = {
  call: Call;
  presence: Presence;
  me: ReadonlySignal<User | null>;
  isVisible: ReadonlySignal<boolean>;
};

export class PresenceBeats {
  readonly #options: BeatsOptions;
  /** Which of the windows that share a stream this one is. */
  readonly #screen = Math.random().toString(36).slice(2);
  readonly #spot = signal<Spot | null>(null);
  /** What the server was told last, and by which stream. */
  #told = "";
  #toldTo = "";
  #leaseMs = LEASE_MS;
  #isSending = false;
  #isClosed = false;
  #renewal: Timer | undefined;
  #typing: Timer | undefined;
  readonly #end: () => void;

  constructor(options: BeatsOptions) {
    this.#options = options;
    this.#end = effect(() => {
      this.#key();
      void this.#tell();
    });
  }

  /** Be at a ticket; returns the function that leaves it. */
  enter(ticketId: number): () => void {
    this.#be({ ticketId, level: "viewing", kind: "reply" });
    return () => {
      if (this.#spot.peek()?.ticketId === ticketId) this.#be(null);
    };
  }

  /** Something was typed on the ticket that is shown. */
  typed(ticketId: number, kind: MessageKind): void {
    if (this.#spot.peek()?.ticketId !== ticketId) return;
    this.#be({ ticketId, level: "writing", kind });
    this.#typing = setTimeout(() => this.stopped(ticketId), WRITING_MS);
  }

  /** What was typed was sent or given up. */
  stopped(ticketId: number): void {
    const spot = this.#spot.peek();
    if (spot?.ticketId === ticketId && spot.level === "writing") this.#be({ ...spot, level: "viewing", kind: "reply" });
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
    clearTimeout(this.#renewal);
    clearTimeout(this.#typing);
  }

  #be(spot: Spot | null): void {
    clearTimeout(this.#typing);
    this.#spot.value = spot;
  }

  /** Where the window is, as the server is to know it; null for nowhere. */
  #wanted(): Spot | null {
    const { isVisible, me } = this.#options;
    return isVisible.value && me.value?.shows_presence ? this.#spot.value : null;
  }

  #key(): string {
    const connection = this.#options.presence.connection.value;
    const spot = this.#wanted();
    return JSON.stringify([connection, spot?.ticketId ?? null, spot?.level, spot?.kind]);
  }

  /** Tell what has changed; one call is on its way at a time, and what changes meanwhile is told after it. */
  async #tell(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (!this.#isClosed && this.#key() !== this.#told && this.#isNews()) {
        await this.#beat();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** A stream that was told nothing need not hear that this window is nowhere. */
  #isNews(): boolean {
    const connection = this.#options.presence.connection.peek();
    return connection !== "" && (this.#wanted() !== null || this.#toldTo === connection);
  }

  async #beat(): Promise<void> {
    clearTimeout(this.#renewal);
    const spot = this.#wanted();
    const beat = spot === null ? { ticket_id: null } : { ticket_id: spot.ticketId, level: spot.level, kind: spot.kind };
    const connection = this.#options.presence.connection.peek();
    this.#told = this.#key();
    this.#toldTo = connection;
    try {
      const lease = await this.#options.call("presence.beat", { connection, screen: this.#screen, ...beat });
      this.#leaseMs = lease?.lease_ms ?? this.#leaseMs;
    } catch {
      // Presence is a courtesy: the next renewal tries again.
    }
    if (spot !== null && !this.#isClosed) this.#renewal = setTimeout(() => this.#renew(), this.#leaseMs / RENEWALS);
  }

  #renew(): void {
    this.#told = "";
    void this.#tell();
  }
}

export const beatsOf = perUser(
  ({ call, presence, session, isVisible }) => new PresenceBeats({ call, presence, me: session.me, isVisible }),
);
