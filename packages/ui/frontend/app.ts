/** The one desk of this page, wired to the browser: the document's configuration, the address, storage and events. */
import { effect } from "@preact/signals-core";
import { listDemoUsers, projectCall, projectRelease } from "./api/client.ts";
import { demoUser } from "./api/demo_user.ts";
import { findAuthenticator } from "./api/passkeys.ts";
import { projectSignIn } from "./api/sign_in.ts";
import { startClock } from "./i18n/times.ts";
import { ProjectStream } from "./realtime/project_stream.ts";
import { SharedStream } from "./realtime/shared_stream.ts";
import type { OpenStream } from "./realtime/stream.ts";
import { ReturnAddress } from "./stores/access/return_address.ts";
import { Desk } from "./stores/desk.ts";
import { KeySetting } from "./stores/key_setting.ts";
import { hashOfAddress, INBOX, parseRoute } from "./stores/route.ts";
import { Drafts } from "./stores/tickets/drafts.ts";

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
};

const configuration: Configuration = JSON.parse(document.getElementById("configuration")?.textContent ?? "");

const shared = configuration.sharesStream ? new SharedStream() : null;

/** Where users come back to who leave this window to sign in. */
export const returnAddress = new ReturnAddress(() => sessionStorage);

export const authenticator = configuration.isForeign ? null : findAuthenticator();

// Opened below a prefix without the slash at its end, the page has an address that is not its root.
const root = new URL(".", document.baseURI);

export const drafts = new Drafts(() => sessionStorage);

export const keySetting = new KeySetting(() => localStorage);

export const desk = new Desk({
  projects: configuration.projects.map((project) => ({
    ...project,
    call: projectCall(project.id),
    release: projectRelease(project.id),
    openStream,
    signIn: configuration.signsIn ? projectSignIn(project.id) : null,
    page: configuration.isForeign ? null : { root: root.href, authenticator },
  })),
  listDemoUsers: configuration.hasPicker ? listDemoUsers : null,
});

function openStream(...[project, listener]: Parameters<OpenStream>): ReturnType<OpenStream> {
  return shared === null ? new ProjectStream(project, listener) : shared.streamOf(project, listener);
}

export function start(): void {
  followAddress();
  followVisibility();
  addEventListener("online", () => desk.hurry());
  effect(() => {
    const count = desk.unread.count.value;
    document.title = count === 0 ? desk.name.value : `(${count}) ${desk.name.value}`;
  });
  startClock();
  desk.start();
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
    if (desk.isVisible.value) desk.hurry();
  };
  document.addEventListener("visibilitychange", follow);
  desk.isVisible.value = document.visibilityState === "visible";
}
