/** The list of tickets: its name, its order and density, and its rows. */
import { density, desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { INBOX, NEW } from "../../stores/route.ts";
import { Empty } from "../../ui/empty.tsx";
import { Plus } from "../../ui/icons.tsx";
import { lazyPart } from "../../ui/lazy.tsx";
import { Problem } from "../../ui/problem.tsx";
import { OlderServers, OtherAddresses, Outages } from "../connection_status/connection_status.tsx";
import { listWord } from "../views/view_names.ts";
import { ListEnd } from "./list_end.tsx";
import { ListSettings } from "./list_settings.tsx";
import { TicketRows } from "./ticket_rows.tsx";

const Offers = lazyPart(async () => (await import("../customer_ticket/offers_part.ts")).Offers);

export function TicketList() {
  const isStaff = desk.isStaff.value;
  return (
    <nav class="inbox" data-density={density.value.value} aria-label={t("Tickets")}>
      <div class="inbox-head">
        <h2>
          <a href={INBOX}>
            <bdi>{isStaff ? listWord(desk.listed.value) : t("Your tickets")}</bdi>
          </a>
        </h2>
        <ListSettings />
        <a
          class={isStaff ? "button button-strong button-icon" : "button button-strong"}
          href={NEW}
          title={isStaff ? t("New ticket") : undefined}
          aria-current={desk.route.value.view === "new" ? "page" : undefined}
        >
          {/* The list of an agent has no room for the words. */}
          <Plus /> <span class={isStaff ? "unseen" : undefined}>{t("New ticket")}</span>
        </a>
      </div>
      <Outages />
      <OlderServers />
      <OtherAddresses />
      {desk.asking.value.length > 0 && <Offers />}
      <Tickets />
    </nav>
  );
}

function Tickets() {
  return desk.rows.value.length === 0 ? <NoTickets /> : <TicketRows />;
}

function NoTickets() {
  const problems = desk.projects.map((project) => desk.pagesOf(project).problem.value);
  const problem = problems.find((one) => one !== null);
  if (problem) return <Problem problem={problem} onRetry={() => desk.relist()} />;
  if (isLoading()) return <Placeholders />;
  if (desk.projects.every((project) => project.session.me.value === null)) return null;
  const isOfInbox = desk.listed.value === "inbox";
  const isStaff = desk.isStaff.value;
  return (
    <>
      {isOfInbox ? (
        <Empty title={isStaff ? t("Nothing to do") : t("No tickets yet")}>
          <p>
            {isStaff
              ? t("A new ticket appears here by itself.")
              : t("What you ask the team appears here, with its answers.")}
          </p>
        </Empty>
      ) : (
        <Empty title={t("No tickets here")} />
      )}
      {desk.projects.map((project) => (
        <ListEnd key={project.id} project={project} />
      ))}
    </>
  );
}

/** Whether the first page of some list is on its way. */
function isLoading(): boolean {
  return desk.projects.some(({ session }) => session.phase.value === "loading") || desk.isListing.value;
}

function Placeholders() {
  return (
    <ul class="tickets" aria-busy="true" aria-label={t("Loading")}>
      {[0, 1, 2, 3].map((row) => (
        <li key={row} class="placeholder" />
      ))}
    </ul>
  );
}
