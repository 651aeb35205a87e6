/** What the tests of the stores are made of: tickets, messages and events, and a server that a test answers for. */
import type { Call, Method } from "../api/client.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { Event, EventKind, Message, Thread, Ticket, TicketPage, TicketSummary, User } from "../api/wire.ts";
import type { OpenStream, StreamListener } from "../realtime/stream.ts";
import { Project } from "./project.ts";

export function ticket(id: number, fields: Partial<Ticket> = {}): Ticket {
  return {
    ticket_id: id,
    title: `Ticket ${id}`,
    excerpt: "Text",
    body: "Text",
    status: "new",
    priority: "normal",
    tags: [],
    customer: "carol",
    customer_name: "Carol",
    collaborators: [],
    assignee: null,
    assignee_name: null,
    followers: [],
    snoozed_until: null,
    first_response_due: null,
    first_response_at: null,
    solved_at: null,
    merged_into: null,
    split_from: null,
    created_at: id,
    updated_at: id,
    message_count: 0,
    last_message_id: 0,
    last_message: null,
    attachments: [],
    ...fields,
  };
}

export function message(id: number, fields: Partial<Message> = {}): Message {
  return {
    message_id: id,
    ticket_id: 1,
    kind: "reply",
    author: "bob",
    author_name: "Bob",
    body: `Message ${id}`,
    created_at: id,
    edited_at: null,
    attachments: [],
    ...fields,
  };
}

export function page(tickets: TicketSummary[], seq: number, nextCursor: string | null = null): TicketPage {
  return { tickets: tickets.map((row) => ({ ...row, unread: null })), next_cursor: nextCursor, seq };
}

export function thread(messages: Message[], seq: number, nextCursor: string | null = null): Thread {
  return { messages, next_cursor: nextCursor, seq };
}

export function event(seq: number, kind: EventKind, fields: Partial<Event> = {}): Event {
  return { seq, kind, ticket: null, message: null, record: null, ...fields };
}

export function user(id: string, fields: Partial<User> = {}): User {
  return {
    noun: "user",
    user_id: id,
    name: id,
    role: "agent",
    email: null,
    active: true,
    shows_presence: true,
    signature: "",
    language: null,
    time_zone: null,
    ...fields,
  };
}

type Asked = { method: Method; params: unknown; answer: (result: unknown) => void; fail: (error: unknown) => void };

/** A ticket server whose answers a test gives, one call at a time and in any order. */
export class FakeServer {
  readonly asked: Asked[] = [];
  readonly opened: number[] = [];
  /** How many times the stream was closed. */
  closed = 0;
  listener: StreamListener | null = null;

  readonly call: Call = (method, ...[params]) =>
    new Promise((resolve, reject) => {
      this.asked.push({ method, params, answer: resolve as (result: unknown) => void, fail: reject });
    });

  /** How often the page had the project tried again. */
  released = 0;

  readonly release = async () => {
    this.released += 1;
  };

  readonly openStream: OpenStream = (_project, listener) => {
    this.listener = listener;
    const close = () => {
      this.closed += 1;
    };
    return { open: (seq) => this.opened.push(seq), close, hurry: () => {} };
  };

  /** What was asked of the sign-in, in order; it always succeeds. */
  readonly signedIn: string[] = [];

  readonly signIn: SignInApi = {
    info: async () => ({ name: "P", page_address: "", sign_in: { link: true, passkey: false, oidc: [] } }),
    requestLink: async (email) => void this.signedIn.push(email),
    redeemCode: async (email, code) => {
      this.signedIn.push(`${email} ${code}`);
      return user("bob");
    },
    passkeyOptions: async () => "{}",
    redeemPasskey: async (credential) => {
      this.signedIn.push(credential);
      return user("bob");
    },
    startAtProvider: async () => "https://login.example/",
    signOut: async () => void this.signedIn.push("out"),
  };

  /** Answer the first open call of a method, and let what waits for it run. */
  async answer(method: Method, result: unknown): Promise<void> {
    this.#take(method).answer(result);
    await settle();
  }

  async fail(method: Method, error: unknown): Promise<void> {
    this.#take(method).fail(error);
    await settle();
  }

  #take(method: Method): Asked {
    const index = this.asked.findIndex((asked) => asked.method === method);
    const [asked] = index < 0 ? [] : this.asked.splice(index, 1);
    if (asked === undefined) throw new Error(`${method} was not called`);
    return asked;
  }
}

/** Return a project of Bob's that knows these tickets, with its stream. */
export async function opened(server: FakeServer, tickets: TicketSummary[] = [], me = user("bob")): Promise<Project> {
  const { call, release, openStream, signIn } = server;
  const project = new Project({ id: "p", name: "P", call, release, openStream, signIn, onEvent: () => {} });
  void project.load();
  await server.answer("user.me", me);
  await server.answer("ticket.list", page(tickets, 3));
  server.listener?.open();
  return project;
}

/** Let every promise that is settled run what waits for it. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

declare function setImmediate(run: () => void): void;
