/** The one desk of this page, wired to the browser: the document's configuration, the address, storage and events. */
import { effect } from "@preact/signals-core";
import { listDemoUsers, projectCall, projectRelease } from "./api/client.ts";
import { demoUser } from "./api/demo_user.ts";
import { projectSignIn } from "./api/sign_in.ts";
import { startClock } from "./i18n/times.ts";
import { ProjectStream } from "./realtime/project_stream.ts";
import { SharedStream } from "./realtime/shared_stream.ts";
import type { OpenStream } from "./realtime/stream.ts";
import { Desk } from "./stores/desk.ts";
import { Drafts } from "./stores/drafts.ts";
import { KeySetting } from "./stores/key_setting.ts";
import { hashOfAddress, INBOX, parseRoute } from "./stores/route.ts";

/** What the server wrote into the document. */
type Configuration = {
  projects: Array<{ id: string; name: string }>;
  /** Whether one stream, checked event by event, carries the events of all projects. */
  sharesStream: boolean;
  /** Whether the page offers its picker of demo users: in dev mode. */
  hasPicker: boolean;
  /** Whether users sign in to the desk itself; false where something else says who they are. */
  signsIn: boolean;
};

const configuration: Configuration = JSON.parse(document.getElementById("configuration")?.textContent ?? "");

const shared = configuration.sharesStream ? new SharedStream() : null;

export const drafts = new Drafts(() => sessionStorage);

export const keySetting = new KeySetting(() => localStorage);

export const desk = new Desk({
  projects: configuration.projects.map((project) => ({
    ...project,
    call: projectCall(project.id),
    release: projectRelease(project.id),
    openStream,
    signIn: configuration.signsIn ? projectSignIn(project.id) : null,
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
    document.title = count === 0 ? "Support" : `(${count}) Support`;
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
  // Opened below a prefix without the slash at its end, links within the page would lead out of it.
  const base = new URL(".", document.baseURI).pathname;
  if (location.pathname !== base) {
    const hash = location.hash || hashOfAddress(location.pathname);
    history.replaceState(null, "", base + location.search + hash);
  }
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
