/** What a project of the page is made of, and what its users send to it. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Call } from "../api/client.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { Event, Priority, Status } from "../api/wire.ts";
import type { OpenStream } from "../realtime/stream.ts";
import type { OwnPage } from "./access/sign_in_ways.ts";
import type { SeenTickets } from "./offline/seen_tickets.ts";
import type { ListOrder } from "./tickets/lists/list_order.ts";
import type { SendLast } from "./unanswered_calls.ts";

/** What is sent: a text, files, or both; with a reply, what its author has seen and what the ticket is set to. */
export type NewMessage = { body: string; attachments: number[]; last_seen_message_id?: number; status?: Status };
/** What is filed; without a customer, the ticket is the caller's own. */
export type NewTicket = { title: string; body: string; priority: Priority; attachments: number[]; customer?: string };

/** `left`: by signing out. `ended`: the session has, or another user has signed in. `deactivated`: they are no user any more. */
export type Leaving = "left" | "ended" | "deactivated";

export type ProjectOptions = {
  id: string;
  name: string;
  call: Call;
  /** Ends the pause of a project that is set aside. */
  release: () => Promise<void>;
  openStream: OpenStream;
  /** Sends what outlives the page; by default nothing does. */
  sendLast?: SendLast;
  /** How users sign in; null where something else says who they are. */
  signIn: SignInApi | null;
  /** The page, where it is this project's own; null for a project of another machine. */
  page?: OwnPage | null;
  /** Whether the page is in front of the user; by default it is. */
  isVisible?: ReadonlySignal<boolean>;
  /** The ticket whose thread is shown, null for none; by default there is none. */
  openTicket?: ReadonlySignal<number | null>;
  /** The order of the lists; by default, the latest activity first. */
  order?: ReadonlySignal<ListOrder>;
  /** What was seen, for the time without a server; null where nothing is kept. */
  seen?: SeenTickets | null;
  /** Is told who has left, or is not let in any more: of what else the browser keeps of theirs, the most goes. */
  onLeave?: (userId: string, leaving: Leaving) => void;
  onEvent: (event: Event) => void;
};
