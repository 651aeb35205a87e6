/** One project: its data, the user's session there, and what the page asks of its server. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { checkUser } from "../api/checks.ts";
import type { Call } from "../api/client.ts";
import { type ApiError, toApiError } from "../api/errors.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { Counts, Event, MessageKind, Ticket } from "../api/wire.ts";
import type { Stream } from "../realtime/stream.ts";
import { Devices } from "./access/devices.ts";
import { Passkeys } from "./access/passkeys.ts";
import { OTHER_USER, ProjectSession } from "./access/project_session.ts";
import { SignIn } from "./access/sign_in.ts";
import { ProjectData } from "./project_data.ts";
import type { NewMessage, NewTicket, ProjectOptions } from "./project_options.ts";
import type { Thread } from "./tickets/thread.ts";
import type { TicketPatch } from "./tickets/ticket_patch.ts";
import { UpdateQueue } from "./tickets/update_queue.ts";

const RETRY_MS = 3_000;
const PAGE_LENGTH = 50;
// The longest page that the server makes.
const LONGEST_PAGE = 200;

export class Project {
  readonly id: string;
  readonly name: string;
  /** What the project calls itself, where the page knows it; else the empty text. */
  readonly title: Signal<string>;
  readonly session = new ProjectSession();
  readonly data = new ProjectData();
  /** Where a user signs in; null where something else says who they are. */
  readonly signIn: SignIn | null;
  readonly needsSignIn = computed(() => this.signIn !== null && this.session.phase.value === "refused");
  /** Where the user is signed in. */
  readonly devices: Devices;
  /** By which passkeys they sign in; null where the page has none. */
  readonly passkeys: Passkeys | null;
  /** Calls the server; an answer that the user is not let in any more is taken for the whole project. */
  readonly call: Call;
  /** How many snapshots were fetched: after each one, what was derived from events is asked for again. */
  readonly snapshots = signal(0);
  /** How many tickets are in each view that every agent has; null until the server has told it. */
  readonly viewCounts = signal<Counts["counts"] | null>(null);
  readonly isVisible: ReadonlySignal<boolean>;
  readonly #followers = new Set<(event: Event) => void>();
  readonly #signInApi: SignInApi | null;
  readonly #release: () => Promise<void>;
  readonly #stream: Stream;
  readonly #onEvent: (project: Project, event: Event) => void;
  /** The threads that are fetched again, and whether they have changed since. */
  readonly #reloading = new Map<number, boolean>();
  readonly #updates = new UpdateQueue();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor({ id, name, call, release, openStream, signIn, page = null, isVisible, onEvent }: ProjectOptions) {
    this.id = id;
    this.isVisible = isVisible ?? signal(true);
    this.name = name;
    this.title = signal(page === null ? "" : name);
    this.call = this.#watched(call);
    this.devices = new Devices(this.call);
    this.#signInApi = signIn;
    this.signIn = signIn === null ? null : new SignIn(signIn, () => this.#begin(), page);
    this.passkeys = signIn === null || page === null ? null : new Passkeys(this.call);
    this.#release = release;
    this.#onEvent = onEvent;
    this.#stream = openStream(id, {
      event: (event) => this.#apply(event),
      counts: (counts) => {
        this.viewCounts.value = counts;
      },
      open: () => this.session.caughtUp(),
      lost: (reason) => {
        if (reason?.isViolation) this.session.setAside(reason);
        else void this.#fellBehind();
      },
      refused: (error) => this.#refused(error),
      reset: () => void this.load(),
    });
  }

  /** Fetch a snapshot, then follow the events after it. Fails into a phase, never by throwing. */
  async load(): Promise<void> {
    clearTimeout(this.#retry);
    const isCurrent = this.session.begin();
    try {
      const [me, page] = await Promise.all([this.call("user.me"), this.call("ticket.list", { limit: PAGE_LENGTH })]);
      if (!isCurrent()) return;
      batch(() => {
        this.data.replace(page);
        this.session.loaded(me === null ? null : checkUser(me));
        this.snapshots.value += 1;
      });
      this.#stream.open(page.seq);
      for (const ticketId of this.data.openThreads) void this.loadThread(ticketId);
    } catch (error) {
      if (!isCurrent()) return;
      const problem = toApiError(error);
      if (problem.isUnauthenticated) this.#refused(problem);
      else if (this.session.failed(problem)) this.#retry = setTimeout(() => void this.load(), RETRY_MS);
    }
  }

  /** Try again what was set aside: the user asked. */
  async retry(): Promise<void> {
    await this.#release();
    this.hurry();
  }

  /** Try again now: the user asked, or the network has come back. */
  hurry(): void {
    if (this.session.isStopped) void this.load();
    else this.#stream.hurry();
  }

  /** Forget everything, as when another user takes over. */
  forget(): void {
    batch(() => {
      this.#stream.close();
      this.session.forget();
      this.#clear();
    });
  }

  /** Return the thread of a ticket; its messages are fetched when it is first asked for. */
  thread(ticketId: number): Thread {
    const known = this.data.thread(ticketId);
    if (known !== undefined) return known;
    const thread = this.data.openThread(ticketId);
    void this.loadThread(ticketId);
    return thread;
  }

  /** Have every event told; returns the function that ends that. */
  follow(listener: (event: Event) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  async loadThread(ticketId: number): Promise<void> {
    const thread = this.data.thread(ticketId);
    if (thread === undefined) return;
    const isCurrent = this.session.current();
    try {
      const isComplete = this.data.opening(ticketId) !== null;
      // As many as were shown, so that what a reader has looked up stays in sight.
      const limit = Math.min(LONGEST_PAGE, Math.max(PAGE_LENGTH, thread.messages.value.length));
      const [ticket, page] = await Promise.all([
        isComplete ? null : this.call("ticket.get", { ticket_id: ticketId }),
        this.call("message.list", { ticket_id: ticketId, limit }),
      ]);
      if (!isCurrent()) return;
      batch(() => {
        if (ticket !== null) this.data.putTicket(ticket, 0);
        thread.replace(page);
      });
    } catch (error) {
      if (isCurrent()) thread.problem.value = toApiError(error);
    }
  }

  /** Fetch the messages before those of a thread; throws `ApiError`. */
  async loadOlder(ticketId: number): Promise<void> {
    const thread = this.data.thread(ticketId);
    if (thread === undefined || thread.cursor.value === null) return;
    const isCurrent = this.session.current();
    const take = thread.expectOlder();
    const page = await this.call("message.list", {
      ticket_id: ticketId,
      cursor: thread.cursor.value,
      limit: PAGE_LENGTH,
    });
    if (isCurrent()) batch(() => take(page));
  }

  /** Fetch the next page of the list; throws `ApiError`. */
  async loadMore(): Promise<void> {
    const isCurrent = this.session.current();
    const page = await this.call("ticket.list", { cursor: this.data.list.cursor.value, limit: PAGE_LENGTH });
    if (isCurrent()) batch(() => this.data.list.append(page));
  }

  /** Send a message; throws `ApiError`. The message appears at once, before its event. */
  async send(ticketId: number, kind: MessageKind, written: NewMessage, token: string): Promise<void> {
    const isCurrent = this.session.current();
    const params = { ticket_id: ticketId, ...written, client_token: token };
    const message = await this.call(kind === "note" ? "message.note" : "message.reply", params);
    // What is sent to a merged ticket is on the one that it was merged into.
    if (isCurrent()) this.data.thread(message.ticket_id)?.addSent(message);
  }

  /**
   * Set fields of a ticket; throws `ApiError`. They show at once, are sent after what was set on the ticket before,
   * and are undone when the server refuses them.
   */
  async update(ticketId: number, patch: TicketPatch): Promise<void> {
    const author = this.session.me.peek()?.user_id;
    const change = this.data.changeTicket(ticketId, patch);
    const send = async () => {
      // What one user has set is never sent as another's.
      if (this.session.me.peek()?.user_id !== author) return;
      const { updated_at: at } = await this.call("ticket.update", { ticket_id: ticketId, ...patch });
      change.settle((ticket) => ticket.updated_at >= at);
    };
    try {
      await this.#updates.run(ticketId, send);
    } catch (error) {
      change.undo();
      throw error;
    }
  }

  /** File a ticket and return it; throws `ApiError`. */
  async file(written: NewTicket, token: string): Promise<Ticket> {
    const ticket = await this.call("ticket.create", { ...written, client_token: token });
    this.data.putTicket(ticket, 0);
    return ticket;
  }

  /** Fetch a thread again; what changes while it is on its way is fetched once more, however often it changes. */
  async #reloadThread(ticketId: number): Promise<void> {
    const isOnItsWay = this.#reloading.has(ticketId);
    this.#reloading.set(ticketId, isOnItsWay);
    if (isOnItsWay) return;
    await this.loadThread(ticketId);
    const hasChanged = this.#reloading.get(ticketId);
    this.#reloading.delete(ticketId);
    if (hasChanged) void this.#reloadThread(ticketId);
  }

  /** End the session of this browser, or of this device; throws `ApiError`. */
  async signOut(): Promise<void> {
    try {
      await this.#signInApi?.signOut();
    } catch (error) {
      // It has ended already, elsewhere.
      if (!toApiError(error).isUnauthenticated) throw error;
    }
    this.#begin();
  }

  /** Begin again, as another user or as none. */
  #begin(): void {
    this.forget();
    void this.load();
  }

  /** Return the call; that the user is not let in any more is true of the whole project, and not of one call alone. */
  #watched(call: Call): Call {
    return async (method, ...params) => {
      const isCurrent = this.session.current();
      try {
        return await call(method, ...params);
      } catch (error) {
        const problem = toApiError(error);
        if (isCurrent() && problem.isUnauthenticated && this.session.me.value !== null) this.#refused(problem);
        throw error;
      }
    };
  }

  async #fellBehind(): Promise<void> {
    const outcome = await this.session.fellBehind(this.call);
    if (outcome === OTHER_USER) this.#begin();
    else if (outcome !== null) this.#refused(outcome);
  }

  /** The user is not let in any more: nothing of theirs stays, and nothing is asked again until the user does. */
  #refused(error: ApiError): void {
    clearTimeout(this.#retry);
    batch(() => {
      this.#stream.close();
      this.#clear();
      this.session.refuse(error);
    });
  }

  #clear(): void {
    this.data.clear();
    this.viewCounts.value = null;
    this.devices.clear();
    this.passkeys?.clear();
  }

  #apply(event: Event): void {
    batch(() => {
      const changed = this.data.apply(event);
      if (changed !== null) void this.#reloadThread(changed);
      if (event.record?.noun === "project") this.title.value = event.record.name;
      if (event.ticket !== null) this.#onEvent(this, event);
      for (const listener of this.#followers) listener(event);
    });
  }
}
