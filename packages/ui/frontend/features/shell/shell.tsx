/** The frame: the head, the list, and one view (on a phone, the list or the view). */
import { desk } from "../../app.ts";
import { INBOX, NEW } from "../../stores/route.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { Contained } from "../../ui/contained.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Mark, Talk } from "../../ui/icons.tsx";
import { lazyPart } from "../../ui/lazy.tsx";
import { ConnectionStatus } from "../connection_status/connection_status.tsx";
import { showsHelp } from "../keys/follow_keys.ts";
import { TicketList } from "../ticket_list/ticket_list.tsx";
import { CurrentUser } from "../user_picker/user_picker.tsx";
import { ViewBar } from "../views/view_bar.tsx";

const ThreadView = lazyPart(async () => (await import("../thread/thread_part.ts")).ThreadView);
const Gate = lazyPart(async () => (await import("../sign_in/sign_in_part.ts")).Gate);
const SignInView = lazyPart(async () => (await import("../sign_in/sign_in_part.ts")).SignInView);
const DevicesView = lazyPart(async () => (await import("../devices/devices_part.ts")).DevicesView);
const NewTicketView = lazyPart(async () => (await import("../new_ticket/new_ticket_part.ts")).NewTicketView);

const KeyHelp = lazyPart(async () => (await import("../keys/keys_part.ts")).KeyHelp);

/** Load the parts that the first view does without. */
export async function loadParts(): Promise<void> {
  desk.isUsed.value = true;
  await Promise.all([ThreadView.load(), NewTicketView.load()]);
}

export function Shell() {
  const { view } = desk.route.value;
  const gated = desk.gate.value;
  if (gated !== null) return <Gate project={gated} />;
  return (
    <div class="shell" data-view={view}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link says where it leads; only the fragment is not ours to change. */}
      <a class="skip" href="#main" onClick={skip}>
        Skip to the ticket
      </a>
      <header class="head">
        <a class="brand" href={INBOX}>
          <Mark />
          <span>{desk.name}</span>
        </a>
        <ConnectionStatus />
        <CurrentUser />
      </header>
      <ViewBar />
      <TicketList />
      <main id="main" class="main" tabIndex={-1}>
        <View />
      </main>
      {showsHelp.value && <KeyHelp />}
      <p class="unseen" role="status" aria-live="polite">
        {desk.announcement.value}
      </p>
    </div>
  );
}

function View() {
  const route = desk.route.value;
  if (route.view === "new") return <NewTicketView />;
  if (route.view === "devices") return <DevicesView />;
  if (route.view === "inbox") return <Welcome />;
  const project = route.view === "sign-in" ? desk.named(route.project) : desk.project(route.project);
  if (project === null) {
    return (
      <Empty title="This project is not on this page">
        <a class="button" href={INBOX}>
          All tickets
        </a>
      </Empty>
    );
  }
  if (route.view === "sign-in") return <SignInView key={project.id} project={project} />;
  return (
    <Contained key={ticketKey(project.id, route.ticketId)} says>
      <ThreadView project={project} ticketId={route.ticketId} />
    </Contained>
  );
}

function Welcome() {
  const isStaff = desk.home.value?.session.isStaff.value ?? false;
  return (
    <Empty title={isStaff ? "Pick a ticket to read it" : "How can we help?"} icon={<Talk />}>
      <p>
        {isStaff ? "New ones arrive at the top of the list by themselves." : "Answers appear here as they are written."}
      </p>
      {!isStaff && (
        <a class="button button-strong" href={NEW}>
          New ticket
        </a>
      )}
    </Empty>
  );
}

/** The fragment belongs to the route, so a plain link to an element would change the view. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
