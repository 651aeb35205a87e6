/** One project: its data, the user's session there, and what the page asks of its server. */
import { batch } from "@preact/signals-core";
import type { Call } from "../api/client.ts";
import { toApiError } from "../api/errors.ts";
import type { Event, MessageKind, Priority, Ticket } from "../api/wire.ts";
import type { OpenStream, Stream } from "../realtime/stream.ts";
import { ProjectData } from "./project_data.ts";
import { ProjectSession } from "./project_session.ts";
import type { Thread } from "./thread.ts";

const RETRY_MS = 3_000;
const PAGE_LENGTH = 50;
// The longest page that the server makes.
const LONGEST_PAGE = 200;

export type NewTicket = { title: string; body: string; priority: Priority };

export type ProjectOptions = {
  id: string;
  name: string;
  call: Call;
  openStream: OpenStream;
  onEvent: (project: Project, event: Event) => void;
};

export class Project {
  readonly id: string;
  readonly name: string;
  readonly session = new ProjectSession();
  readonly data = new ProjectData();
  readonly #call: Call;
  readonly #stream: Stream;
  readonly #onEvent: (project: Project, event: Event) => void;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor({ id, name, call, openStream, onEvent }: ProjectOptions) {
    this.id = id;
    this.name = name;
    this.#call = call;
    this.#onEvent = onEvent;
    this.#stream = openStream(id, {
      event: (event) => this.#apply(event),
      open: () => this.session.caughtUp(),
      lost: () => void this.session.fellBehind(this.#call),
      reset: () => void this.load(),
    });
  }

  /** Fetch a snapshot, then follow the events after it. Fails into a phase, never by throwing. */
  async load(): Promise<void> {
    clearTimeout(this.#retry);
    const isCurrent = this.session.begin();
    try {
      const [me, page] = await Promise.all([this.#call("user.me"), this.#call("ticket.list", { limit: PAGE_LENGTH })]);
      if (!isCurrent()) return;
      batch(() => {
        this.data.replace(page);
        this.session.loaded(me);
      });
      this.#stream.open(page.seq);
      for (const ticketId of this.data.openThreads) void this.loadThread(ticketId);
    } catch (error) {
      if (isCurrent() && this.session.failed(toApiError(error))) {
        this.#retry = setTimeout(() => void this.load(), RETRY_MS);
      }
    }
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
      this.data.clear();
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

  async loadThread(ticketId: number): Promise<void> {
    const thread = this.data.thread(ticketId);
    if (thread === undefined) return;
    const isCurrent = this.session.current();
    try {
      const isComplete = this.data.opening(ticketId) !== null;
      // As many as were shown, so that what a reader has looked up stays in sight.
      const limit = Math.min(LONGEST_PAGE, Math.max(PAGE_LENGTH, thread.messages.value.length));
      const [ticket, page] = await Promise.all([
        isComplete ? null : this.#call("ticket.get", { ticket_id: ticketId }),
        this.#call("message.list", { ticket_id: ticketId, limit }),
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
    const page = await this.#call("message.list", {
      ticket_id: ticketId,
      cursor: thread.cursor.value,
      limit: PAGE_LENGTH,
    });
    if (isCurrent()) batch(() => take(page));
  }

  /** Fetch the next page of the list; throws `ApiError`. */
  async loadMore(): Promise<void> {
    const isCurrent = this.session.current();
    const page = await this.#call("ticket.list", { cursor: this.data.list.cursor.value, limit: PAGE_LENGTH });
    if (isCurrent()) batch(() => this.data.list.append(page));
  }

  /** Send a message; throws `ApiError`. The message appears at once, before its event. */
  async send(ticketId: number, kind: MessageKind, body: string, token: string): Promise<void> {
    const isCurrent = this.session.current();
    const params = { ticket_id: ticketId, body, client_token: token };
    const message = await this.#call(kind === "note" ? "message.note" : "message.reply", params);
    if (isCurrent()) this.data.thread(ticketId)?.addSent(message);
  }

  /** File a ticket and return it; throws `ApiError`. */
  async file(written: NewTicket, token: string): Promise<Ticket> {
    const ticket = await this.#call("ticket.create", { ...written, client_token: token });
    this.data.putTicket(ticket, 0);
    return ticket;
  }

  #apply(event: Event): void {
    batch(() => {
      const changed = this.data.apply(event);
      if (changed !== null) void this.loadThread(changed);
      if (event.ticket !== null) this.#onEvent(this, event);
    });
  }
}
