/** A desk without a server: its users, tickets and messages. */
import type { Message, Ticket, User } from "../api/wire.ts";
import { desk } from "../app.ts";
import { message, page, ticket, user } from "../stores/fixtures.ts";
import type { Project } from "../stores/project.ts";

const MINUTE = 60_000;
const NOW = Date.now();

function before(minutes: number): number {
  return NOW - minutes * MINUTE;
}

export const PEOPLE: User[] = [
  user("bob", { name: "Bob Agent", email: "bob@example.org" }),
  user("alice", { name: "Alice Admin", email: "alice@example.org", role: "admin" }),
  user("noa", { name: "נועה כהן", email: "noa@example.org" }),
];

const LONG =
  "A title that goes on for longer than a list is wide, and then goes on for a second line and for a third one";

export const TICKETS: Ticket[] = [
  ticket(1, {
    title: "The printer on the third floor does not print",
    body: "It says **PC LOAD LETTER**.\n\nWhat does it mean?",
    status: "open",
    priority: "urgent",
    tags: ["printer", "third-floor"],
    customer_name: "Carol Customer",
    assignee: "bob",
    assignee_name: "Bob Agent",
    message_count: 4,
    created_at: before(3_000),
    updated_at: before(2),
  }),
  ticket(2, { title: LONG, status: "new", customer: "dave", customer_name: "Dave", updated_at: before(50) }),
  ticket(3, {
    title: "לא מגיעים מיילים",
    status: "waiting",
    customer: "noa",
    customer_name: "נועה כהן",
    priority: "high",
    updated_at: before(400),
  }),
  ticket(4, {
    title: "Invoice\u202Egnp.exe",
    status: "snoozed",
    snoozed_until: NOW + 600 * MINUTE,
    updated_at: before(3_000),
  }),
  ticket(5, { title: "Solved", status: "solved", priority: "low", updated_at: before(90_000) }),
  ticket(6, { title: "Closed", status: "closed", updated_at: before(900_000) }),
];

const QUOTE = "Thank you, it prints.\n\n> Did you put paper into it?\n> It takes letters.\n> Bob";

const MESSAGES: Message[] = [
  message(1, {
    author: "bob",
    author_name: "Bob Agent",
    body: "Did you put paper into it?",
    created_at: before(2_000),
  }),
  message(2, {
    kind: "note",
    author: "bob",
    author_name: "Bob Agent",
    body: "Third time this week.",
    created_at: before(1_990),
  }),
  message(3, { author: "carol", author_name: "Carol Customer", body: QUOTE, created_at: before(60) }),
  message(4, {
    author: "bob",
    author_name: "Bob Agent",
    body: "",
    created_at: before(2),
    attachments: [
      { attachment_id: 1, name: "how-to.pdf", size: 240_000, type: "application/pdf", width: null, height: null },
    ],
  }),
];

function find(): Project {
  const [project] = desk.projects;
  if (project === undefined) throw new Error("the design page has no project");
  return project;
}

export const demo = find();

/** Give the desk what a server would have told it. */
export function fillDesk(): void {
  demo.session.loaded(PEOPLE[0] ?? null);
  demo.data.replace(page(TICKETS, 1));
  demo.session.caughtUp();
  for (const each of TICKETS) demo.data.putTicket(each, 1);
  demo.data.openThread(1).replace({ messages: MESSAGES, next_cursor: null, seq: 1 });
  demo.unread.arrive(2, 1);
  desk.route.value = { view: "thread", project: "demo", ticketId: 1, messageId: null };
}
