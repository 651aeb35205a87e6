/**
 * Messages on their way: each shows in its thread at once, can be taken back for a while, and is sent once.
 *
 * What has no answer is sent again with its token, also after a reload and by another tab: the server makes one message
 * of it, however often it arrives. What the server refuses goes back to the form that it came from.
 */
import { batch, type Signal, signal } from "@preact/signals-core";
import { ApiError, toApiError } from "../../api/errors.ts";
import type { Message } from "../../api/wire.ts";
import { isSameText } from "../drafts/draft_content.ts";
import type { Taken } from "../drafts/taken.ts";
import { UpdateQueue } from "../update_queue.ts";
import type { PendingCopies, PendingMessage } from "./pending_storage.ts";

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 15_000];
// Another tab sends its own messages; one that was closed leaves them.
const FORSAKEN_MS = 10_000;
// Who has turned to what takes a message back has time to decide; who has left it there has pressed the button to send.
const HELD_MS = 60_000;

/** `waiting`: it can be taken back. `lost`: nothing answered, and it is sent again. */
export type PendingState = "waiting" | "sending" | "lost";
export type Pending = {
  readonly message: PendingMessage;
  readonly state: Signal<PendingState>;
  /** Why it is sent again; null while nothing has failed. */
  readonly problem: Signal<ApiError | null>;
  /** Whether an event has brought the message that it became, before the answer. */
  readonly isHere: Signal<boolean>;
};
/** What the server refused, for the form that it went back to. */
export type Refusal = { readonly message: PendingMessage; readonly problem: ApiError };

export type PendingOptions = {
  copies: PendingCopies;
  /** Sends a message; throws `ApiError`. */
  send: (message: PendingMessage) => Promise<Message>;
  /** The message has arrived. */
  sent: (pending: PendingMessage, message: Message) => void;
  /** Sends a message while the page is being left; the next page hears of it. */
  sendLast: (message: PendingMessage) => void;
  /** The message goes back to its form. */
  putBack: (pending: PendingMessage, taken: Taken) => void;
};

export class PendingMessages {
  readonly list = signal<readonly Pending[]>([]);
  /** The last refusal of each form. */
  readonly refusals = signal<ReadonlyMap<string, Refusal>>(new Map());
  /** What is undone with the store. */
  readonly ends: Array<() => void> = [];
  readonly #options: PendingOptions;
  readonly #queue = new UpdateQueue();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** When each that waits is sent, and how long those that are held wait from then on that they are let go. */
  readonly #due = new Map<string, number>();
  readonly #held = new Map<string, number>();
  /** Those that wait for the server to be back, by token. */
  readonly #waiters = new Map<string, () => void>();
  /** Those that were kept by another page, which may still be open and take them back. */
  readonly #adopted = new Set<string>();
  #isClosed = false;

  constructor(options: PendingOptions) {
    this.#options = options;
    for (const message of options.copies.read()) this.#adopt(message);
  }

  /** Show a message at once, and send it when it is due. */
  add(message: PendingMessage): void {
    batch(() => {
      this.dismiss(message.ticketId, message.kind);
      // What was written before it goes before it, and keeps its time.
      const due = { ...message, dueAt: Math.max(message.dueAt, ...this.#waiting(message.ticketId).map(this.#dueOf)) };
      this.#options.copies.write(due);
      this.#take(due);
    });
  }

  /**
   * Take a message back that has not left, or has no answer; returns it, or null where it is too late.
   *
   * Its token goes back with it: one that has arrived all the same is not sent a second time.
   */
  undo(token: string): PendingMessage | null {
    const pending = this.#find(token);
    if (pending === undefined || pending.state.peek() === "sending") return null;
    const { message } = pending;
    // Another tab may have found it, and sent it.
    const isThere = this.#options.copies.has(token);
    batch(() => {
      this.#remove(token);
      this.#options.putBack(message, { content: message.content, token: isThere ? token : "" });
    });
    this.#startDue(message.ticketId);
    this.#waiters.get(token)?.();
    return message;
  }

  /** Have a message wait while its author is at what takes it back; then the time goes on that it had left. */
  hold(token: string): void {
    const pending = this.#find(token);
    if (pending?.state.peek() !== "waiting" || this.#held.has(token)) return;
    this.#held.set(token, this.#dueOf(pending) - Date.now());
    this.#wait(pending, HELD_MS);
  }

  /** Its author has turned to something else. */
  letGo(token: string): void {
    const [pending, left] = [this.#find(token), this.#held.get(token)];
    this.#held.delete(token);
    if (pending?.state.peek() === "waiting" && left !== undefined) this.#wait(pending, left);
  }

  /** Send what can still be taken back: the page is being left. */
  leave(): void {
    const waiting = this.list.peek().filter(({ state }) => state.peek() === "waiting");
    for (const pending of waiting) {
      this.#options.copies.write({ ...pending.message, tries: 1 });
      this.#options.sendLast(pending.message);
      // Some pages are only put aside.
      this.#depart(pending);
    }
  }

  /** An event brings a message of the author's: the one that has become it is not shown a second time. */
  heard({ ticket_id: ticketId, kind, body }: Message): void {
    const found = this.list.peek().find(({ message, state, isHere }) => {
      const isOne = message.ticketId === ticketId && message.kind === kind && isSameText(message.content.body, body);
      return isOne && state.peek() !== "waiting" && !isHere.peek();
    });
    if (found !== undefined) found.isHere.value = true;
  }

  /** Try again what had no answer: the server is back. */
  resume(): void {
    for (const run of [...this.#waiters.values()]) run();
  }

  /** Forget why the last message of a form was refused. */
  dismiss(ticketId: number, kind: string): void {
    const key = refusalKey(ticketId, kind);
    if (!this.refusals.peek().has(key)) return;
    const refusals = new Map(this.refusals.peek());
    refusals.delete(key);
    this.refusals.value = refusals;
  }

  /** Return why the last message of a form was refused. */
  refusalOf(ticketId: number, kind: string): Refusal | null {
    return this.refusals.value.get(refusalKey(ticketId, kind)) ?? null;
  }

  /** Forget what is shown; the copies stay for the next time that the author is here. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.ends.splice(0)) end();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#waiters.clear();
    this.list.value = [];
  }

  /** What was kept is sent: at once by who kept it, later where another tab may be about to. */
  #adopt(message: PendingMessage): void {
    this.#adopted.add(message.token);
    const wait = message.dueAt + FORSAKEN_MS - Date.now();
    if (message.tries > 0 || wait <= 0) {
      this.#take({ ...message, dueAt: 0 });
      return;
    }
    const look = () => {
      this.#timers.delete(message.token);
      // Its page may have put it off.
      const kept = this.#options.copies.read().find(({ token }) => token === message.token);
      if (kept !== undefined) this.#adopt(kept);
    };
    this.#timers.set(message.token, setTimeout(look, wait));
  }

  #take(message: PendingMessage): void {
    const wait = message.dueAt - Date.now();
    const state = signal<PendingState>(wait > 0 ? "waiting" : "sending");
    const pending = { message, state, problem: signal<ApiError | null>(null), isHere: signal(false) };
    this.list.value = [...this.list.peek(), pending];
    if (wait > 0) this.#wait(pending, wait);
    else this.#run(pending);
  }

  /** Send a message in a while, unless it is taken back; another page that finds it waits as long. */
  #wait(pending: Pending, ms: number): void {
    const { message } = pending;
    const dueAt = Date.now() + ms;
    if (dueAt !== message.dueAt) this.#options.copies.write({ ...message, dueAt });
    this.#due.set(message.token, dueAt);
    clearTimeout(this.#timers.get(message.token));
    this.#timers.set(
      message.token,
      setTimeout(() => this.#start(pending), ms),
    );
  }

  /** The time of a message is over: it goes, unless one of its ticket that was written before it still waits. */
  #start(pending: Pending): void {
    const waiting = this.#waiting(pending.message.ticketId);
    const before = waiting.slice(0, Math.max(0, waiting.indexOf(pending)));
    const held = before.find((earlier) => this.#dueOf(earlier) > Date.now());
    // Another page that finds it waits as long.
    if (held !== undefined) this.#options.copies.write({ ...pending.message, dueAt: this.#dueOf(held) });
    else for (const one of [...before, pending]) this.#depart(one);
  }

  #depart(pending: Pending): void {
    if (pending.state.peek() !== "waiting") return;
    clearTimeout(this.#timers.get(pending.message.token));
    this.#held.delete(pending.message.token);
    pending.state.value = "sending";
    this.#run(pending);
    this.#startDue(pending.message.ticketId);
  }

  /** Send what has waited for an earlier message of its ticket. */
  #startDue(ticketId: number): void {
    for (const one of this.#waiting(ticketId)) if (this.#dueOf(one) <= Date.now()) this.#start(one);
  }

  #waiting(ticketId: number): Pending[] {
    return this.list.peek().filter(({ message, state }) => message.ticketId === ticketId && state.peek() === "waiting");
  }

  readonly #dueOf = ({ message }: Pending): number => this.#due.get(message.token) ?? message.dueAt;

  /** Messages of one ticket go one after the other. */
  #run(pending: Pending): void {
    this.#options.copies.write({ ...pending.message, tries: pending.message.tries + 1 });
    void this.#queue.run(pending.message.ticketId, () => this.#send(pending));
  }

  async #send(pending: Pending): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures += 1) {
      try {
        const message = await this.#options.send(pending.message);
        if (!this.#isClosed) this.#arrived(pending.message, message);
        return;
      } catch (error) {
        const problem = toApiError(error);
        // Who is signed out finds it here when they are back.
        if (this.#isClosed || problem.isUnauthenticated) return;
        if (!problem.isUnanswered) {
          this.#refused(pending.message, problem);
          return;
        }
        batch(() => {
          pending.state.value = "lost";
          pending.problem.value = problem;
        });
        await this.#untilBack(pending.message.token, failures);
        if (this.#isOver(pending)) return;
        pending.state.value = "sending";
      }
    }
  }

  /** Whether a message was taken back, or another page has done with it, while this one waited. */
  #isOver(pending: Pending): boolean {
    const { token } = pending.message;
    const isElsewhere = this.#adopted.has(token) && !this.#options.copies.has(token);
    if (isElsewhere) this.#remove(token);
    return this.#find(token) !== pending;
  }

  #arrived(pending: PendingMessage, message: Message): void {
    batch(() => {
      this.#remove(pending.token);
      this.#options.sent(pending, message);
      if (isSameText(pending.content.body, message.body)) return;
      // The same draft was sent from two screens, with two texts: the second one is still the author's.
      this.#options.putBack(pending, { content: pending.content, token: "" });
      const problem = new ApiError("", { reason: "sent-elsewhere" });
      this.#refuse(pending, problem);
    });
  }

  #refused(pending: PendingMessage, problem: ApiError): void {
    batch(() => {
      this.#remove(pending.token);
      this.#options.putBack(pending, { content: pending.content, token: pending.token });
      this.#refuse(pending, problem);
    });
  }

  #refuse(message: PendingMessage, problem: ApiError): void {
    const key = refusalKey(message.ticketId, message.kind);
    this.refusals.value = new Map(this.refusals.peek()).set(key, { message, problem });
  }

  #remove(token: string): void {
    clearTimeout(this.#timers.get(token));
    this.#timers.delete(token);
    this.#due.delete(token);
    this.#held.delete(token);
    this.#adopted.delete(token);
    this.#options.copies.remove(token);
    this.list.value = this.list.peek().filter(({ message }) => message.token !== token);
  }

  #find(token: string): Pending | undefined {
    return this.list.peek().find(({ message }) => message.token === token);
  }

  async #untilBack(token: string, failures: number): Promise<void> {
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#waiters.set(token, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#waiters.delete(token);
  }
}

function refusalKey(ticketId: number, kind: string): string {
  return `${ticketId}/${kind}`;
}
