/** How the page stands with one project: who the user is there, and whether what it shows is true now. */
import { batch, computed, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, signedOut, toApiError } from "../../api/errors.ts";
import type { User } from "../../api/wire.ts";

/**
 * `loading`: nothing is known yet. `live`: what the page shows is true now. `behind`: it was true a moment ago.
 * `down`: nothing could be fetched, and the page keeps trying. `refused`: the server does not know the user.
 */
export type Phase = "loading" | "live" | "behind" | "down" | "refused";

/** What an ended stream may have meant: another user has signed in, in another window of this browser. */
export const OTHER_USER = "other-user";

/** Counts how often a project came back: what failed because it was gone may work now. */
export const recovered = signal(0);

export class ProjectSession {
  readonly phase = signal<Phase>("loading");
  readonly problem = signal<ApiError | null>(null);
  readonly me = signal<User | null>(null);
  /** When what the page shows was seen, where it was kept in the browser; null where the server has told it. */
  readonly seenAt = signal<number | null>(null);
  /** Which of the project's addresses the stream is at; null where it has one. */
  readonly address = signal<string | null>(null);
  /** Whether the user was signed in here, and is not any more without having signed out. */
  readonly hasEnded = signal(false);
  readonly isStaff = computed(() => this.me.value !== null && this.me.value.role !== "customer");
  /** Counts the loads, so that the answer to an earlier one (another user's!) is never taken for a later one's. */
  #generation = 0;

  /** Return a function that says whether no other load has begun since. */
  begin(): () => boolean {
    this.#generation += 1;
    return this.current();
  }

  /** Return a function that says whether the load of now is still the last one. */
  current(): () => boolean {
    const generation = this.#generation;
    return () => generation === this.#generation;
  }

  /** A snapshot was fetched; its events follow. */
  loaded(me: User | null): void {
    this.me.value = me;
    this.seenAt.value = null;
    this.problem.value = null;
    this.hasEnded.value = false;
    if (this.phase.value !== "live") this.phase.value = "behind";
  }

  /** Nothing can be fetched; returns whether it is worth another try. */
  failed(error: ApiError): boolean {
    batch(() => {
      this.problem.value = error;
      this.phase.value = error.isUnauthenticated ? "refused" : "down";
    });
    return !error.isUnauthenticated;
  }

  /** What was seen before is shown, because nothing can be fetched. */
  restored(me: User, at: number): void {
    this.me.value = me;
    this.seenAt.value = at;
  }

  /** The stream is open. */
  caughtUp(address?: string): void {
    if (this.phase.peek() !== "live") recovered.value += 1;
    batch(() => {
      this.phase.value = "live";
      this.address.value = address ?? null;
      this.problem.value = null;
    });
  }

  /** The project broke the protocol in its stream; what the page shows of it was true before. */
  setAside(reason: ApiError): void {
    batch(() => {
      if (this.phase.value === "live") this.phase.value = "behind";
      this.problem.value = reason;
    });
  }

  /**
   * The stream has ended. It cannot say why, so ask in the ordinary way; returns why the user is not let in any more,
   * or that the user is another one now.
   */
  async fellBehind(call: Call): Promise<ApiError | typeof OTHER_USER | null> {
    if (this.phase.value !== "live" && this.phase.value !== "behind") return null;
    this.phase.value = "behind";
    const isCurrent = this.current();
    try {
      const me = await call("user.me");
      if (!isCurrent()) return null;
      if (me !== null) return this.#isOther(me) ? OTHER_USER : null;
      return signedOut();
    } catch (error) {
      if (!isCurrent() || this.phase.value !== "behind") return null;
      const problem = toApiError(error);
      if (problem.isUnauthenticated) return problem;
      this.problem.value = problem;
      return null;
    }
  }

  /** The server does not let the user in any more: the page forgets who it was. */
  refuse(error: ApiError): void {
    batch(() => {
      this.hasEnded.value ||= this.me.value !== null;
      this.me.value = null;
      this.seenAt.value = null;
      this.failed(error);
    });
  }

  get isStopped(): boolean {
    return this.phase.value === "down" || this.phase.value === "refused";
  }

  forget(): void {
    this.phase.value = "loading";
    this.me.value = null;
    this.seenAt.value = null;
    this.hasEnded.value = false;
  }

  #isOther(user: User): boolean {
    return this.me.value !== null && this.me.value.user_id !== user.user_id;
  }
}
