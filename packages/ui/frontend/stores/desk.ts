/** The whole desk: every project of the page, the view, what is unread, and what a screen reader says. */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core";
import type { Event, User } from "../api/wire.ts";
import { t } from "../i18n/translate.ts";
import { Announcement, announce } from "./announcement.ts";
import { Project } from "./project.ts";
import type { ProjectOptions } from "./project_options.ts";
import { type ListName, parseRoute, type Route } from "./route.ts";
import { type DeskRow, type DeskRows, joinLists } from "./tickets/lists/desk_rows.ts";
import type { ListOrder } from "./tickets/lists/list_order.ts";
import type { ListPages } from "./tickets/lists/list_pages.ts";
import { viewsOf } from "./tickets/views.ts";

// What a desk is called that has told no name yet, and a page of several projects.
const DEFAULT_NAME = t("Support");

export type DeskOptions = {
  projects: Array<Omit<ProjectOptions, "isVisible" | "onEvent">>;
  /** Fetches the demo users of a project; null outside of dev mode. */
  listDemoUsers: ((project: string) => Promise<User[]>) | null;
  /** Whether the page is the user's own program, so that its faults are for them to mend; by default it is not. */
  isOwnProgram?: boolean;
  /** The order of the lists; by default, the latest activity first. */
  order?: ReadonlySignal<ListOrder>;
};

/** A ticket of one of the projects. */
export type DeskTicket = { project: Project; ticketId: number };

export class Desk {
  readonly projects: Project[];
  readonly hasSeveral: boolean;
  readonly route = signal<Route>(parseRoute(""));
  /** Whether the page is in front of the user. */
  readonly isVisible = signal(true);
  /** How many tickets have news since the page was opened. */
  readonly newsCount = computed(() => this.projects.reduce((sum, { unread }) => sum + unread.count.value, 0));
  /** What a screen reader says next. */
  readonly announcement = new Announcement();
  /** The demo users of dev mode; empty outside of it. */
  readonly demoUsers = signal<User[]>([]);
  readonly #isOwnProgram: boolean;
  readonly #listDemoUsers: DeskOptions["listDemoUsers"];
  /** Whether the page is that of its one project. */
  readonly #isOwn: boolean;
  #isLoadingDemoUsers = false;

  /** What the list shows. */
  readonly listed = signal<ListName>("inbox");
  /** Whether the user has moved or typed: what the first view does without is asked for then. */
  readonly isUsed = signal(false);

  /** The order of the list. */
  readonly order: ReadonlySignal<ListOrder>;
  /** The rows of the list, of every project, in order. */
  readonly rows = computed<DeskRows>(() =>
    joinLists(this.projects.map((project) => ({ project, list: this.pagesOf(project).list }))),
  );

  /** The tickets of the list that are known, in its order: a copy, for what is done with all of them. */
  readonly inbox = computed(() => {
    const rows = this.rows.value;
    return Array.from({ length: rows.length }, (_, index) => rows.at(index) as DeskRow).flatMap(({ project, id }) => {
      const ticket = project.data.ticket(id);
      return ticket === null ? [] : [{ project, ticket }];
    });
  });

  /** The projects that know the user, those among them whose team the user is of, and those where they are a customer. */
  readonly known = computed(() => this.projects.filter((project) => project.session.me.value !== null));
  readonly staffed = computed(() => this.projects.filter((project) => project.session.isStaff.value));
  readonly asking = computed(() => this.known.value.filter((project) => !project.session.isStaff.value));
  /** The ticket that is open; null where there is none. */
  readonly openTicket = computed<DeskTicket | null>(() => {
    const route = this.route.value;
    const project = route.view === "thread" ? this.project(route.project) : null;
    return route.view === "thread" && project !== null ? { project, ticketId: route.ticketId } : null;
  });
  /** The project that the page is about and that does not know the user: they sign in before anything is shown. */
  readonly gate = computed(() => {
    const [only] = this.projects;
    return !this.hasSeveral && only?.needsSignIn.value ? only : null;
  });

  /** What the page is headed with: the name of its project, if it has one alone. */
  readonly name = computed(() => (this.hasSeveral ? "" : this.projects[0]?.title.value) || DEFAULT_NAME);

  /** The first project that knows the user: the head of the page shows who that is. */
  readonly home = computed(() => this.known.value[0] ?? null);
  /** Whether its user is of its team. */
  readonly isStaff = computed(() => this.home.value?.session.isStaff.value ?? false);

  /**
   * The language that the user has set, null for none: of several projects each may have another one, and one of
   * another machine could change it with every load.
   */
  readonly language = computed(() => (this.#isOwn ? (this.home.value?.session.me.value?.language ?? null) : null));

  /** Whether the user may do something about what is wrong with a desk, or with the way to it. */
  readonly isAdmin = computed(
    () => this.#isOwnProgram || this.projects.some((project) => project.session.me.value?.role === "admin"),
  );

  constructor({ projects, listDemoUsers, isOwnProgram = false, order = signal("activity") }: DeskOptions) {
    this.#isOwnProgram = isOwnProgram;
    this.order = order;
    const shared = { order, isVisible: this.isVisible };
    this.projects = projects.map((options) => {
      const openTicket = computed(() => {
        const open = this.openTicket.value;
        return open?.project === project ? open.ticketId : null;
      });
      const onEvent = (event: Event) => this.#notice(project, event);
      const project: Project = new Project({ ...options, ...shared, openTicket, onEvent });
      return project;
    });
    this.hasSeveral = projects.length > 1;
    this.#isOwn = !this.hasSeveral && Boolean(projects[0]?.page);
    this.#listDemoUsers = listDemoUsers;
  }

  /** Return the pages of the list that is shown of a project. */
  pagesOf(project: Project): ListPages {
    return this.#listsView(project) ? viewsOf(project).pages : project.pages;
  }

  /** Whether the first page of a list is on its way. */
  readonly isListing = computed(() =>
    this.projects.some((project) =>
      this.#listsView(project) ? !viewsOf(project).isLoaded.value : project.isRelisting.value,
    ),
  );

  /** List the tickets again: in the order that is set now, and after a failure. */
  relist(): void {
    for (const project of this.projects) {
      if (project.session.me.peek() === null) continue;
      void project.relist();
      if (untracked(() => this.#listsView(project))) viewsOf(project).relist();
    }
  }

  start(): void {
    effect(() => {
      const route = this.route.value;
      if ("list" in route && route.list) this.listed.value = route.list;
    });
    effect(() => this.#showListed());
    for (const project of this.projects) void project.load();
    void this.#loadDemoUsers();
    effect(() => this.#look());
    effect(() => this.#markRead());
    // The picker is filled late when the server was down as the page was opened.
    effect(() => {
      const isLive = this.projects.some((project) => project.session.phase.value === "live");
      if (isLive && this.demoUsers.value.length === 0) void this.#loadDemoUsers();
    });
  }

  /** Keep what is shown in the browser: the page may be left. */
  keep(): void {
    for (const project of this.projects) project.kept.keep();
  }

  /** The page is being left: what the servers have not answered goes out once more. */
  leave(): void {
    for (const project of this.projects) project.unanswered.leave();
  }

  /** Have every project that is not live try again now. */
  hurry(): void {
    for (const project of this.projects) project.hurry();
  }

  project(id: string): Project | null {
    return this.projects.find((project) => project.id === id) ?? null;
  }

  /** Return a ticket by its key, as `ticketKey` makes it; null where its project is not on this page. */
  ticketOf(key: string): DeskTicket | null {
    const slash = key.lastIndexOf("/");
    const project = this.project(key.slice(0, slash));
    return project === null ? null : { project, ticketId: Number(key.slice(slash + 1)) };
  }

  /** Begin again as another user. */
  reload(): void {
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

  /** Whether the list shows a view of a project rather than its inbox, which is all that customers have. */
  #listsView(project: Project): boolean {
    return this.listed.value !== "inbox" && project.session.isStaff.value;
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

  /** The ticket that is in front of the user, if any. */
  #seenTicket(): DeskTicket | null {
    return this.isVisible.value ? this.openTicket.value : null;
  }

  /** The open ticket counts as read while the page is in front of the user. */
  #look(): void {
    const open = this.#seenTicket();
    open?.project.data.ticket(open.ticketId)?.last_message_id;
    untracked(() => {
      for (const project of this.projects) project.unread.look(project === open?.project ? open.ticketId : 0);
    });
  }

  /** The server is told what is read once it is shown. */
  #markRead(): void {
    const open = this.#seenTicket();
    // What it could not be told while it was away, it is told as it is back.
    open?.project.session.phase.value;
    if (open === null || !open.project.data.isThreadLoaded(open.ticketId)) return;
    const ticket = open.project.data.ticket(open.ticketId);
    if (ticket === null) return;
    untracked(() => void open.project.unread.tell(ticket.ticket_id, ticket.last_message_id));
  }

  /** Say what happened and mark it unread, where it is news. */
  #notice(project: Project, event: Event): void {
    const sentence = announce(event, project.session.me.value?.user_id ?? null);
    if (sentence === null || event.ticket === null) return;
    this.announcement.value = sentence;
    project.unread.arrive(event.ticket.ticket_id, event.seq);
    this.#look();
  }
}
