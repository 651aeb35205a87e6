/** What a project of the page is made of, and what its users send to it. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Call } from "../api/client.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { Event, Priority } from "../api/wire.ts";
import type { OpenStream } from "../realtime/stream.ts";
import type { OwnPage } from "./access/sign_in_ways.ts";
import type { Project } from "./project.ts";

/** What is sent: a text, files, or both. */
export type NewMessage = { body: string; attachments: number[] };
/** What is filed; without a customer, the ticket is the caller's own. */
export type NewTicket = { title: string; body: string; priority: Priority; attachments: number[]; customer?: string };

export type ProjectOptions = {
  id: string;
  name: string;
  call: Call;
  /** Ends the pause of a project that is set aside. */
  release: () => Promise<void>;
  openStream: OpenStream;
  /** How users sign in; null where something else says who they are. */
  signIn: SignInApi | null;
  /** The page, where it is this project's own; null for a project of another machine. */
  page?: OwnPage | null;
  /** Whether the page is in front of the user; by default it is. */
  isVisible?: ReadonlySignal<boolean>;
  onEvent: (project: Project, event: Event) => void;
};
