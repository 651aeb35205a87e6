/** The one desk of this page, wired to the browser: the document's configuration, the address, storage and events. */
import { effect } from "@preact/signals-core";
import { listDemoUsers, projectCall, projectRelease } from "./api/client.ts";
import { demoUser, PICKED_USER } from "./api/demo_user.ts";
import { sendLast } from "./api/last_call.ts";
import { findAuthenticator } from "./api/passkeys.ts";
import { BrowserRecords } from "./api/records.ts";
import { projectSignIn } from "./api/sign_in.ts";
import { followLanguage } from "./i18n/languages.ts";
import { readClock, startClock } from "./i18n/times.ts";
import { openOwnSource } from "./realtime/event_source.ts";
import { ProjectStream } from "./realtime/project_stream.ts";
import { SharedStream } from "./realtime/shared_stream.ts";
import type { OpenStream } from "./realtime/stream.ts";
import { shareSources } from "./realtime/worker/shared_source.ts";
import { findEventWorker } from "./realtime/worker/worker_access.ts";
import type { OpenAccess } from "./stores/access/open_access.ts";
import { ReturnAddress } from "./stores/access/return_address.ts";
import { Desk } from "./stores/desk.ts";
import { KeySetting } from "./stores/keys/key_setting.ts";
import { NewsSetting } from "./stores/news/news_setting.ts";
import { PlacedStorage } from "./stores/offline/placed_storage.ts";
import { SeenTickets } from "./stores/offline/seen_tickets.ts";
import { StoredChoice } from "./stores/preferences/stored_choice.ts";
import type { Leaving } from "./stores/project_options.ts";
import { hashOfAddress, INBOX, parseRoute } from "./stores/route.ts";
import { DENSITIES } from "./stores/tickets/density.ts";
import { Drafts } from "./stores/tickets/drafts.ts";
import { LIST_ORDERS } from "./stores/tickets/lists/list_order.ts";

/** What the server wrote into the document. */
type Configuration = {
  projects: Array<{ id: string; name: string }>;
  /** Whether the projects are other machines': they may be anybody's. */
  isForeign: boolean;
  /** Whether one stream, checked event by event, carries the events of all projects. */
  sharesStream: boolean;
  /** Whether the page offers its picker of demo users: in dev mode. */
  hasPicker: boolean;
  /** Whether users sign in to the desk itself; false where something else says who they are. */
  signsIn: boolean;
  /** Who may open the page; null where it did not come over TCP. */
  access: OpenAccess | null;
  /** Whose pages may show this one in a frame. */
  embedders: string[];
  /** The script of the worker that holds one event stream for all tabs of this browser. */
  worker: string;
};

export const configuration: Configuration = JSON.parse(document.getElementById("configuration")?.textContent ?? "");

const startWorker = findEventWorker(new URL(configuration.worker, document.baseURI));

const openSource =
  startWorker === null
    ? openOwnSource
    : shareSources({ start: startWorker, reader: readerOfEvents, unplaced: [PICKED_USER] });

const shared = configuration.sharesStream ? new SharedStream(openSource) : null;

/** Where users come back to who leave this window to sign in. */
export const returnAddress = new ReturnAddress(() => sessionStorage);

export const authenticator = configuration.isForeign ? null : findAuthenticator();

// Opened below a prefix without the slash at its end, the page has an address that is not its root.
const root = new URL(".", document.baseURI);

/**
 * What the browser keeps of this page alone. An app is at another address each time: there it lives as long as the window,
 * because nothing would ever read it again, or forget it.
 */
export const ownStorage = new PlacedStorage(
  () => (configuration.isForeign ? sessionStorage : localStorage),
  configuration.isForeign ? "/" : root.pathname,
);

/** What this window alone keeps of this page. */
export const windowStorage = new PlacedStorage(() => sessionStorage, configuration.isForeign ? "/" : root.pathname);

export const drafts = new Drafts(() => windowStorage);

export const keySetting = new KeySetting(() => localStorage);

export const density = new StoredChoice("density", DENSITIES, () => localStorage);
export const listOrder = new StoredChoice("list_order", LIST_ORDERS, () => localStorage);
export const newsSetting = new NewsSetting(() => localStorage);
// The pages of an app have another address each time: what they kept would never be read.
const records = configuration.isForeign ? null : new BrowserRecords(`hero_assistance ${root.pathname}`);

export const desk = new Desk({
  projects: configuration.projects.map((project) => ({
    ...project,
    call: projectCall(project.id, () => userOf(project.id)),
    release: projectRelease(project.id),
    sendLast: (method, params) => {
      const user = userOf(project.id);
      if (user !== null) sendLast(project.id, user, method, params);
    },
    openStream,
    ...(records !== null && { seen: new SeenTickets(records, project.id, () => demoUser.id ?? "") }),
    onLeave: (...left) => void forgetLeftovers(project.id, ...left),
    signIn: configuration.signsIn ? projectSignIn(project.id) : null,
    page: configuration.isForeign ? null : { root: root.href, authenticator },
  })),
  isOwnProgram: configuration.isForeign,
  listDemoUsers: configuration.hasPicker ? listDemoUsers : null,
  order: listOrder.value,
});

function userOf(project: string): string | null {
  return desk.project(project)?.session.me.peek()?.user_id ?? null;
}

function openStream(...[project, listener]: Parameters<OpenStream>): ReturnType<OpenStream> {
  return shared === null ? new ProjectStream(project, listener, openSource) : shared.streamOf(project, listener);
}

/** Return who is signed in by a cookie, which every tab has; projects of other machines know the device instead. */
function readerOfEvents(): string {
  return configuration.isForeign ? "" : (desk.projects[0]?.session.me.peek()?.user_id ?? "");
}

/** Where the part cannot be loaded, what is left stays until its user is here again. */
async function forgetLeftovers(project: string, userId: string, leaving: Leaving): Promise<void> {
  const part = await import("./features/account/leftovers_part.ts").catch(() => null);
  for (const storage of [ownStorage, windowStorage]) part?.forgetLeftovers(() => storage, project, userId, leaving);
}

export function start(): void {
  followAddress();
  followVisibility();
  addEventListener("online", () => desk.hurry());
  effect(() => followLanguage(desk.language.value));
  startClock();
  desk.start();
  if (parent !== self) void followEmbedder();
}

/** The page around this one speaks as soon as this one is loaded: what it says before its part is there is kept. */
async function followEmbedder(): Promise<void> {
  const early: MessageEvent[] = [];
  const listen = (event: MessageEvent) => void early.push(event);
  addEventListener("message", listen);
  const part = await import("./features/embedding/embedding_part.ts");
  removeEventListener("message", listen);
  part.followEmbedder({ desk, go, origins: configuration.embedders, early });
}

/** Show another view. */
export function go(href: string): void {
  location.hash = href;
}

/** Take the place of another demo user, in this window. */
export function pickDemoUser(userId: string): void {
  demoUser.choose(userId);
  desk.reload();
  if (desk.route.value.view === "thread") go(INBOX);
}

function followAddress(): void {
  // Elsewhere than at the root, links within the page would lead out of it.
  const isAtRoot = location.pathname === root.pathname;
  const hash = location.hash || (isAtRoot ? returnAddress.take() : hashOfAddress(location.pathname));
  if (!isAtRoot || hash !== location.hash) history.replaceState(null, "", root.pathname + location.search + hash);
  const follow = () => {
    desk.route.value = parseRoute(location.hash);
  };
  addEventListener("hashchange", follow);
  follow();
}

function followVisibility(): void {
  const follow = () => {
    desk.isVisible.value = document.visibilityState === "visible";
    if (desk.isVisible.value) wake();
    else desk.keep();
  };
  document.addEventListener("visibilitychange", follow);
  // A page that was frozen, or left and come back to.
  document.addEventListener("resume", wake);
  addEventListener("pageshow", ({ persisted }) => persisted && wake());
  addEventListener("pagehide", () => desk.leave());
  desk.isVisible.value = document.visibilityState === "visible";
}

/** What time alone changes is true again, and so is what has happened meanwhile. */
function wake(): void {
  readClock();
  desk.hurry();
}
