/** One project: its data, the user's session there, and what the page asks of its server. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { checkUser } from "../api/checks.ts";
import type { Call } from "../api/client.ts";
import { ApiError, noAnswer, signedOut, toApiError } from "../api/errors.ts";
import { isOutage } from "../api/outages.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { Counts, Event, Message, MessageKind, Ticket, TicketPage, User } from "../api/wire.ts";
import { ERROR_CODES } from "../api/wire.ts";
import type { Stream } from "../realtime/stream.ts";
import { Devices } from "./access/devices.ts";
import { Passkeys } from "./access/passkeys.ts";
import { OTHER_USER, ProjectSession } from "./access/project_session.ts";
import { SignIn } from "./access/sign_in.ts";
import { LONGEST_PAGE } from "./all_pages.ts";
import { KeptProject } from "./offline/kept_project.ts";
import { Presence } from "./presence/presence.ts";
import { ProjectData } from "./project_data.ts";
import type { Leaving, NewMessage, NewTicket, ProjectOptions } from "./project_options.ts";
import { type FirstPage, Inbox } from "./tickets/lists/inbox.ts";
import { ListPages, PAGE_LENGTH } from "./tickets/lists/list_pages.ts";
import type { Thread } from "./tickets/thread.ts";
import { TicketChanges } from "./tickets/ticket_changes.ts";
import type { TicketPatch } from "./tickets/ticket_patch.ts";
import { UnreadTickets } from "./tickets/unread.ts";
import { UnansweredCalls } from "./unanswered_calls.ts";

const RETRY_MS = 3_000;
// Of who is here, and of what they see.
const SNAPSHOT: ReadonlySet<string> = new Set(["user.me", "ticket.list"]);

export class Project {
  readonly id: string;
  readonly name: string;
  /** What the project calls itself, where the page knows it; else the empty text. */
  readonly title: Signal<string>;
  readonly session = new ProjectSession();
  readonly data = new ProjectData();
  readonly presence = new Presence(this.session.me);
  /** What the user has not read. */
  readonly unread: UnreadTickets;
  readonly inbox = new Inbox();
  /** The inbox, page by page. */
  readonly pages: ListPages;
  /** Where a user signs in; null where something else says who they are. */
  readonly signIn: SignIn | null;
  readonly needsSignIn = computed(() => this.signIn !== null && this.session.phase.value === "refused");
  /** Where the user is signed in. */
  readonly devices: Devices;
  /** By which passkeys they sign in; null where the page has none. */
  readonly passkeys: Passkeys | null;
  /** Calls the server; an answer that the user is not let in any more is taken for the whole project. */
  readonly call: Call;
  /** What is sent once more where the page is left before its answer. */
  readonly unanswered: UnansweredCalls;
  /** What its users change on tickets. */
  readonly changes: TicketChanges;
  /** How many snapshots were fetched: after each one, what was derived from events is asked for again. */
  readonly snapshots = signal(0);
  /** Whether the inbox is on its way in another order. */
  readonly isRelisting = signal(false);
  /** How many tickets are in each view that every agent has; null until the server has told it. */
  readonly viewCounts = signal<Counts["counts"] | null>(null);
  readonly isVisible: ReadonlySignal<boolean>;
  readonly #openTicket: ReadonlySignal<number | null>;
  /** What is kept in the browser, for the time without a server. */
  readonly kept: KeptProject;
  readonly #followers = new Set<(event: Event) => void>();
  readonly #signInApi: SignInApi | null;
  readonly #release: () => Promise<void>;
  readonly #stream: Stream;
  readonly #onEvent: (event: Event) => void;
  readonly #onLeave: (userId: string, leaving: Leaving) => void;
  /** The threads that are fetched again, and whether they have changed since. */
  readonly #reloading = new Map<number, boolean>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ProjectOptions) {
    const { id, name, call, release, openStream, signIn, page = null, isVisible, order, onEvent } = options;
    this.id = id;
    this.kept = new KeptProject(options.seen ?? null, this.session, this.data);
    this.isVisible = isVisible ?? signal(true);
    this.#openTicket = options.openTicket ?? signal(null);
    this.name = name;
    this.title = signal(page === null ? "" : name);
    this.call = this.#watched(this.#identified(call));
    this.unanswered = new UnansweredCalls(options.sendLast ?? (() => {}));
    this.changes = new TicketChanges(this.call, this.data, this.session.me);
    this.unread = new UnreadTickets(this.call, this.data, this.unanswered);
    this.pages = new ListPages({
      list: this.data.list,
      call: this.call,
      order: order ?? signal("activity"),
      params: () => this.inbox.params,
      took: (page) => this.unread.take(page),
    });
    this.devices = new Devices(this.call);
    this.#signInApi = signIn;
    this.signIn = signIn === null ? null : new SignIn(signIn, () => this.#begin(), page);
    this.passkeys = signIn === null || page === null ? null : new Passkeys(this.call);
    this.#release = release;
    this.#onEvent = onEvent;
    this.#onLeave = options.onLeave ?? (() => {});
    this.#stream = openStream(id, {
      event: (event) => this.#apply(event),
      counts: (counts) => {
        this.viewCounts.value = counts;
      },
      connected: (connected) => this.presence.connected(connected),
      presence: (change) => this.presence.apply(change),
      open: (address) => {
        this.session.caughtUp(address);
        this.unread.tellAgain();
      },
      lost: (reason) => {
        this.kept.keep();
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
    const order = this.pages.order.peek();
    try {
      const [me, first] = await Promise.all([this.call("user.me"), this.inbox.fetchFirst(this.pages)]);
      if (!isCurrent()) return;
      this.#takeSnapshot(me, first);
      // Another one was chosen meanwhile.
      if (order !== this.pages.order.peek()) void this.relist();
      this.#stream.open(first.page.seq);
      this.kept.keepSoon();
      this.#renewThreads();
    } catch (error) {
      if (!isCurrent()) return;
      const problem = toApiError(error);
      if (problem.isUnauthenticated) this.#lostUser(problem);
      else if (this.session.failed(problem)) {
        this.#retry = setTimeout(() => void this.load(), RETRY_MS);
        if (isOutage(problem) && (await this.kept.restore())) this.#renewThreads();
      }
    }
  }

  #takeSnapshot(me: User | null, first: FirstPage): void {
    const { page } = first;
    const user = me === null ? null : checkUser(me);
    const before = this.session.me.peek();
    const isOther = before !== null && before.user_id !== user?.user_id;
    batch(() => {
      if (isOther) this.#clear();
      else if (before !== null && this.snapshots.peek() > 0) this.#catchUp(page);
      this.data.clearTickets();
      this.inbox.isWhole.value = first.isWhole;
      this.pages.begin(this.inbox.conditionOf(user));
      this.pages.take(first);
      this.session.loaded(user);
      this.snapshots.value += 1;
    });
    // An older server does not refuse a page of another user.
    if (isOther) this.#onLeave(before.user_id, "ended");
  }

  /** The snapshot stands for events that were missed. */
  #catchUp(page: TicketPage): void {
    this.unread.catchUp(page);
    // A page that has told no name has none to correct.
    if (this.title.peek() !== "") void this.#readTitle();
  }

  async #readTitle(): Promise<void> {
    try {
      this.title.value = (await this.call("project.info")).name;
    } catch {
      // The next snapshot tells it.
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
    const known = this.data.showThread(ticketId);
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
      this.kept.keepSoon();
    } catch (error) {
      const problem = toApiError(error);
      if (isOutage(problem) && (await this.kept.restoreThread(ticketId))) return;
      if (isCurrent()) thread.problem.value = problem;
    }
  }

  /** Fetch the messages before those of a thread; throws `ApiError`. */
  async loadOlder(ticketId: number, limit = PAGE_LENGTH): Promise<void> {
    const thread = this.data.thread(ticketId);
    if (thread === undefined || thread.cursor.value === null) return;
    const isCurrent = this.session.current();
    const take = thread.expectOlder();
    const page = await this.call("message.list", {
      ticket_id: ticketId,
      cursor: thread.cursor.value,
      limit,
    });
    if (isCurrent()) batch(() => take(page));
  }

  /** List the inbox again, in the order that is set now. */
  async relist(): Promise<void> {
    this.pages.begin(this.inbox.conditionOf(this.session.me.peek()));
    this.isRelisting.value = true;
    await this.pages.loadFirst(this.inbox.params);
    this.isRelisting.value = false;
  }

  /** Send a message; throws `ApiError`. The message appears at once, before its event. */
  async send(ticketId: number, kind: MessageKind, written: NewMessage, token: string): Promise<Message> {
    const isCurrent = this.session.current();
    const params = { ticket_id: ticketId, ...written, client_token: token };
    const message = await this.call(kind === "note" ? "message.note" : "message.reply", params);
    // What is sent to a merged ticket is on the one that it was merged into.
    if (isCurrent()) this.data.thread(message.ticket_id)?.addSent(message);
    return message;
  }

  /** Set fields of a ticket; throws `ApiError`. They show at once, and are undone when the server refuses them. */
  update(ticketId: number, patch: TicketPatch): Promise<void> {
    return this.changes.update(ticketId, patch);
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
    const user = this.session.me.peek()?.user_id;
    this.forget();
    if (user !== undefined) this.#onLeave(user, "left");
    // From here on there is no one whose tickets could be kept once more.
    await this.kept.clear();
    void this.load();
  }

  /** Begin again, as another user or as none. */
  #begin(): void {
    this.forget();
    void this.load();
  }

  /**
   * Return the call. While what was seen is shown, the server has not said who is here now: what one user has left is
   * not sent as another's, and waits as for an answer.
   */
  #identified(call: Call): Call {
    return async (method, ...params) => {
      if (this.session.seenAt.peek() === null || SNAPSHOT.has(method)) return await call(method, ...params);
      throw noAnswer();
    };
  }

  /** Return the call; that the user is not let in any more is true of the whole project, and not of one call alone. */
  #watched(call: Call): Call {
    return async (method, ...params) => {
      const isCurrent = this.session.current();
      const isAsker = this.#asker();
      try {
        const result = await call(method, ...params);
        if (isAsker()) return result;
      } catch (error) {
        const problem = toApiError(error);
        if (isCurrent() && problem.isUnauthenticated && this.session.me.value !== null) this.#lostUser(problem);
        throw error;
      }
      // What one user was told is not another's.
      throw signedOut();
    };
  }

  /** Return a function that says whether who asks now is still here; who is not known yet asks who they are. */
  #asker(): () => boolean {
    const asker = this.session.me.peek()?.user_id;
    return () => asker === undefined || this.session.me.peek()?.user_id === asker;
  }

  async #fellBehind(): Promise<void> {
    const outcome = await this.session.fellBehind(this.call);
    if (outcome === OTHER_USER) this.#changeUser();
    else if (outcome !== null) this.#refused(outcome);
  }

  /** A call was refused because its user is not, or not any more, the one who is signed in here. */
  #lostUser(problem: ApiError): void {
    if (problem.isAnotherUser) this.#changeUser();
    else this.#refused(problem);
  }

  /** Another user has signed in, in another window of this browser: the page is theirs from here on. */
  #changeUser(): void {
    void this.kept.clear();
    const user = this.session.me.peek()?.user_id;
    this.#begin();
    if (user !== undefined) this.#onLeave(user, "ended");
  }

  /** The user is not let in any more: nothing of theirs stays, and the page asks once more who is here. */
  #refused(error: ApiError): void {
    clearTimeout(this.#retry);
    void this.kept.clear();
    const user = this.session.me.peek()?.user_id;
    batch(() => {
      this.#stream.close();
      this.#clear();
      this.session.refuse(error);
    });
    if (user === undefined) return;
    // Another window may be signing somebody in: the session before ends first, and the new one is known a moment later.
    this.#retry = setTimeout(() => this.hurry(), RETRY_MS);
    this.#onLeave(user, error.reason === "deactivated" ? "deactivated" : "ended");
  }

  /** After a gap, fetch the thread that is shown; the others are forgotten, and fetched when they are shown again. */
  #renewThreads(): void {
    const shown = this.#openTicket.peek();
    this.data.forgetThreads(shown);
    if (shown !== null) void this.loadThread(shown);
  }

  #clear(): void {
    this.data.clear();
    this.presence.clear();
    this.unanswered.clear();
    this.unread.clear();
    this.viewCounts.value = null;
    this.devices.clear();
    this.passkeys?.clear();
  }

  /** The last that a user hears of before their sessions end. */
  #noticeUser({ record }: Event): void {
    if (record?.noun !== "user" || record.active || record.user_id !== this.session.me.peek()?.user_id) return;
    this.#refused(new ApiError(signedOut().message, { code: ERROR_CODES.deactivated, reason: "deactivated" }));
  }

  #apply(event: Event): void {
    batch(() => {
      this.presence.heard(event);
      this.unread.notice(event);
      const changed = this.data.apply(event);
      if (changed !== null) void this.#reloadThread(changed);
      this.#noticeUser(event);
      if (event.record?.noun === "project") this.title.value = event.record.name;
      if (event.ticket !== null) this.#onEvent(event);
      for (const listener of this.#followers) listener(event);
    });
  }
}
