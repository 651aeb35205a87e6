/** The frame: the head, the list, and one view (on a phone, the list or the view). */
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { INBOX } from "../../stores/route.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { Contained } from "../../ui/contained.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Mark, Talk } from "../../ui/icons.tsx";
import { lazyPart } from "../../ui/lazy.tsx";
import { HeadLinks } from "../account/head_links.tsx";
import { selection } from "../bulk/bulk.ts";
import { BulkBar } from "../bulk/bulk_bar_slot.tsx";
import { loadOverlays, Overlays } from "../commands/overlay_slot.tsx";
import { PendingBar } from "../composer/pending_slot.tsx";
import { ConnectionStatus } from "../connection_status/connection_status.tsx";
import { CustomerStart } from "../customer_ticket/start.tsx";
import { SearchButton } from "../search/search_button.tsx";
import { TicketList } from "../ticket_list/ticket_list.tsx";
import { CurrentUser } from "../user_picker/user_picker.tsx";
import { ViewBar } from "../views/view_bar.tsx";
import { isNarrow } from "./narrow.ts";

const ThreadView = lazyPart(async () => (await import("../thread/thread_part.ts")).ThreadView);
const Gate = lazyPart(async () => (await import("../sign_in/sign_in_part.ts")).Gate);
const SignInView = lazyPart(async () => (await import("../sign_in/sign_in_part.ts")).SignInView);
const DevicesView = lazyPart(async () => (await import("../devices/devices_part.ts")).DevicesView);
const NewTicketView = lazyPart(async () => (await import("../new_ticket/new_ticket_part.ts")).NewTicketView);

const SettingsView = lazyPart(async () => (await import("../settings/settings_part.ts")).SettingsView);
const Warnings = lazyPart(async () => (await import("../warnings/warnings_part.ts")).Warnings);
const StatsView = lazyPart(async () => (await import("../stats/stats_part.ts")).StatsView);

/** Load the parts that the first view does without. */
export async function loadParts(): Promise<void> {
  await Promise.all([ThreadView.load(), NewTicketView.load(), loadOverlays()]);
}

export function Shell() {
  const { view } = desk.route.value;
  const gated = desk.gate.value;
  if (gated !== null) return <Gate project={gated} />;
  return (
    <div class="shell" data-view={view} data-selecting={selection.isActive.value}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link says where it leads; only the fragment is not ours to change. */}
      <a class="skip" href="#main" onClick={skip}>
        {t("Skip to the ticket")}
      </a>
      <header class="head">
        <a class="brand" href={INBOX} title={desk.name}>
          <Mark />
          <span>{desk.name}</span>
        </a>
        <SearchButton />
        <ConnectionStatus />
        <HeadLinks />
        <CurrentUser />
      </header>
      <ViewBar />
      <List isAlone={isNarrow.value && view === "inbox"} />
      <main id="main" class="main" tabIndex={-1}>
        <View />
      </main>
      <BulkBar />
      <PendingBar />
      <Overlays />
      {desk.announcement.warnings.value.length > 0 && <Warnings />}
      <p class="unseen" role="status" aria-live="polite">
        {desk.announcement.value}
      </p>
    </div>
  );
}

/** The list; where it is alone on a narrow screen, it is what the page is about. */
function List({ isAlone }: { isAlone: boolean }) {
  return (
    // Another element would be another list, scrolled to its top.
    <div class="list-place" role={isAlone ? "main" : undefined}>
      {isAlone && <h1 class="unseen">{t("Tickets")}</h1>}
      <TicketList />
    </div>
  );
}

function View() {
  const route = desk.route.value;
  if (route.view === "new") return <NewTicketView project={route.project} />;
  if (route.view === "devices") return <DevicesView />;
  if (route.view === "settings") return <SettingsView page={route.page} item={route.item} />;
  if (route.view === "stats") return <StatsView query={route.query} />;
  if (route.view === "inbox") return <Welcome />;
  const project = route.view === "sign-in" ? desk.named(route.project) : desk.project(route.project);
  if (project === null) {
    return (
      <Empty title={t("This project is not on this page")} isView>
        <a class="button" href={INBOX}>
          {t("All tickets")}
        </a>
      </Empty>
    );
  }
  if (route.view === "sign-in") return <SignInView key={project.id} project={project} />;
  return (
    <Contained key={ticketKey(project.id, route.ticketId)} says>
      {project.data.ticket(route.ticketId) === null && (
        <h1 class="unseen">{t("Ticket {number}", { number: route.ticketId })}</h1>
      )}
      <ThreadView project={project} ticketId={route.ticketId} />
    </Contained>
  );
}

function Welcome() {
  const home = desk.home.value;
  if (home !== null && !home.session.isStaff.value) return <CustomerStart hasTickets={desk.rows.value.length > 0} />;
  return (
    <Empty title={home === null ? t("How can we help?") : t("Pick a ticket to read it")} icon={<Talk />} isView>
      {home !== null && <p>{t("New ones arrive at the top of the list by themselves.")}</p>}
    </Empty>
  );
}

/** The fragment belongs to the route, so a plain link to an element would change the view. */
function skip(event: Event): void {
  event.preventDefault();
  const main = document.getElementById("main");
  const first = document.querySelector<HTMLElement>(".inbox .ticket, .inbox a");
  // On a narrow screen the list may be all that is shown.
  (main?.checkVisibility() ? main : first)?.focus();
}
