/** The whole desk: every project of the page, the view, what is unread, and what a screen reader says. */
import { computed, effect, signal } from "@preact/signals-core";
import type { Event, User } from "../api/wire.ts";
import { announce } from "./announcement.ts";
import { Project } from "./project.ts";
import type { ProjectOptions } from "./project_options.ts";
import { type ListName, parseRoute, type Route } from "./route.ts";
import type { TicketList } from "./tickets/ticket_list.ts";
import { UnreadTickets } from "./tickets/unread.ts";
import { viewsOf } from "./tickets/views.ts";

// What a desk is called that has told no name yet, and a page of several projects.
const DEFAULT_NAME = "Support";

export type DeskOptions = {
  projects: Array<Omit<ProjectOptions, "isVisible" | "onEvent">>;
  /** Fetches the demo users of a project; null outside of dev mode. */
  listDemoUsers: ((project: string) => Promise<User[]>) | null;
};

export class Desk {
  readonly projects: Project[];
  readonly hasSeveral: boolean;
  readonly route = signal<Route>(parseRoute(""));
  /** Whether the page is in front of the user. */
  readonly isVisible = signal(true);
  readonly unread = new UnreadTickets();
  /** What a screen reader says next. */
  readonly announcement = signal("");
  /** The demo users of dev mode; empty outside of it. */
  readonly demoUsers = signal<User[]>([]);
  readonly #listDemoUsers: DeskOptions["listDemoUsers"];
  #isLoadingDemoUsers = false;

  /** What the list shows. */
  readonly listed = signal<ListName>("inbox");
  /** Whether the user has moved or typed: what the first view does without is asked for then. */
  readonly isUsed = signal(false);

  /** The tickets of the list, of every project, newest activity first. */
  readonly inbox = computed(() =>
    this.projects
      .flatMap((project) => this.listOf(project).tickets.value.map((ticket) => ({ project, ticket })))
      // A ticket without a time must not move those of other projects.
      .sort((one, other) => (other.ticket.updated_at || 0) - (one.ticket.updated_at || 0)),
  );

  /** The project that the page is about and that does not know the user: they sign in before anything is shown. */
  readonly gate = computed(() => {
    const [only] = this.projects;
    return !this.hasSeveral && only?.needsSignIn.value ? only : null;
  });

  /** What the page is headed with: the name of its project, if it has one alone. */
  readonly name = computed(() => (this.hasSeveral ? "" : this.projects[0]?.title.value) || DEFAULT_NAME);

  /** The first project that knows the user: the head of the page shows who that is. */
  readonly home = computed(() => this.projects.find((project) => project.session.me.value !== null) ?? null);

  constructor({ projects, listDemoUsers }: DeskOptions) {
    this.projects = projects.map(
      (options) => new Project({ ...options, isVisible: this.isVisible, onEvent: (...news) => this.#notice(...news) }),
    );
    this.hasSeveral = projects.length > 1;
    this.#listDemoUsers = listDemoUsers;
  }

  /** Return the list that is shown of a project. */
  listOf(project: Project): TicketList {
    const isAll = this.listed.value === "inbox" || !project.session.isStaff.value;
    return isAll ? project.data.list : viewsOf(project).list;
  }

  start(): void {
    effect(() => {
      const route = this.route.value;
      if (route.view === "inbox" && route.list !== null) this.listed.value = route.list;
    });
    effect(() => this.#showListed());
    for (const project of this.projects) void project.load();
    void this.#loadDemoUsers();
    effect(() => this.#markRead());
    // The picker is filled late when the server was down as the page was opened.
    effect(() => {
      const isLive = this.projects.some((project) => project.session.phase.value === "live");
      if (isLive && this.demoUsers.value.length === 0) void this.#loadDemoUsers();
    });
  }

  /** Have every project that is not live try again now. */
  hurry(): void {
    for (const project of this.projects) project.hurry();
  }

  project(id: string): Project | null {
    return this.projects.find((project) => project.id === id) ?? null;
  }

  /** Begin again as another user. */
  reload(): void {
    this.unread.clear();
    for (const project of this.projects) {
      project.forget();
      void project.load();
    }
  }

  /** Return the project that a view is about: the one that it names, else the only one. */
  named(id: string | null): Project | null {
    if (id !== null) return this.project(id);
    return this.hasSeveral ? null : (this.projects[0] ?? null);
  }

  /** Views are the team's; their counts come once the page is used. */
  #showListed(): void {
    const listed = this.listed.value;
    const isWanted = this.isUsed.value || listed !== "inbox";
    for (const project of this.projects) {
      if (isWanted && project.session.isStaff.value) viewsOf(project).show(listed);
    }
  }

  async #loadDemoUsers(): Promise<void> {
    if (this.#listDemoUsers === null || this.#isLoadingDemoUsers) return;
    this.#isLoadingDemoUsers = true;
    try {
      for (const project of this.projects) {
        try {
          this.demoUsers.value = await this.#listDemoUsers(project.id);
          return;
        } catch {
          // This project is down or not in dev mode; another may answer, or the first one when it is back.
        }
      }
    } finally {
      this.#isLoadingDemoUsers = false;
    }
  }

  /** The open ticket counts as read while the page is in front of the user. */
  #markRead(): void {
    const route = this.route.value;
    if (route.view === "thread" && this.isVisible.value) this.unread.remove(route.project, route.ticketId);
  }

  /** Say what happened and mark it unread, where it is news. */
  #notice(project: Project, event: Event): void {
    const sentence = announce(event, project.session.me.value?.user_id ?? null);
    if (sentence === null || event.ticket === null) return;
    this.announcement.value = sentence;
    this.unread.add(project.id, event.ticket.ticket_id);
    this.#markRead();
  }
}
