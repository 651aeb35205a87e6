/** Who asks: name, address, language and time, since when they are here, and what else they asked. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { TicketSummary, User } from "../../api/wire.ts";
import { formatDay, now } from "../../i18n/times.ts";
import { t } from "../../i18n/translate.ts";
import { Devices } from "../../stores/access/devices.ts";
import { participantsOf } from "../../stores/customers/participants.ts";
import type { Project } from "../../stores/project.ts";
import { threadHref } from "../../stores/route.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Age, StatusChip } from "../../ui/chips.tsx";
import { useAction } from "../../ui/hooks/use_action.ts";
import { Problem } from "../../ui/problem.tsx";
import { fetchOthers } from "./customer_tickets.ts";
import { languageName, localTime } from "./language_and_time.ts";

type CardProps = { project: Project; ticket: TicketSummary };

export function CustomerCard({ project, ticket }: CardProps) {
  const people = participantsOf(project).of(ticket.ticket_id).value;
  const user = people?.customer ?? null;
  // Agents do not see each other's.
  const showsDevices = user?.role === "customer" || project.session.me.value?.role === "admin";
  return (
    <section class="panel-field customer-card" aria-label={t("Customer")}>
      <p class="customer-name">
        <Avatar id={ticket.customer} name={ticket.customer_name} large />
        <span>
          <strong>
            <bdi>{ticket.customer_name}</bdi>
          </strong>
          {user?.email && (
            <a href={`mailto:${user.email}`}>
              <bdi>{user.email}</bdi>
            </a>
          )}
        </span>
      </p>
      {user !== null && <Facts user={user} since={people?.customer_since ?? null} />}
      <Earlier key={ticket.customer} project={project} ticket={ticket} />
      {showsDevices && <CustomerDevices key={ticket.customer} project={project} userId={ticket.customer} />}
    </section>
  );
}

function Facts({ user, since }: { user: User; since: number | null }) {
  return (
    <dl class="facts">
      {user.language && <Fact name={t("Language")}>{languageName(user.language)}</Fact>}
      {user.time_zone && (
        <Fact name={t("Local time")}>
          <span title={user.time_zone}>{localTime(user.time_zone, now.value)}</span>
        </Fact>
      )}
      {since !== null && <Fact name={t("Customer since")}>{formatDay(since)}</Fact>}
      {!user.active && <Fact name={t("Access")}>{t("Deactivated")}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Fetched when it is opened: most tickets are answered without it. */
function Earlier({ project, ticket }: CardProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="customer-more"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{t("Other tickets")}</summary>
      {isOpen.value && <Others project={project} ticket={ticket} />}
    </details>
  );
}

function Others({ project, ticket }: CardProps) {
  const found = useSignal<{ tickets: TicketSummary[]; hasMore: boolean } | null>(null);
  const { problem, run } = useAction();
  const load = () =>
    void run(async () => {
      found.value = await fetchOthers(project.call, ticket);
    });
  useEffect(load, [ticket.ticket_id]);
  if (problem) return <Problem problem={problem} onRetry={load} />;
  if (found.value === null) return <p class="panel-quiet">{t("Loading…")}</p>;
  const { tickets, hasMore } = found.value;
  if (tickets.length === 0) return <p class="panel-quiet">{t("This is the only one.")}</p>;
  return (
    <>
      <ul class="customer-tickets">
        {tickets.map((other) => (
          <li key={other.ticket_id}>
            <a href={threadHref(project.id, other.ticket_id)}>
              <span dir="auto">{other.title}</span>
              <small>
                <StatusChip status={other.status} isStaff /> <Age time={other.updated_at} />
              </small>
            </a>
          </li>
        ))}
      </ul>
      {hasMore && <p class="panel-quiet">{t("There are more; the search finds all of them.")}</p>}
    </>
  );
}

function CustomerDevices({ project, userId }: { project: Project; userId: string }) {
  const devices = useMemo(() => new Devices(project.call, userId), [project, userId]);
  const list = devices.list.value;
  const { problem, run } = useAction();
  const load = () => void run(() => devices.load());
  return (
    <details class="customer-more" onToggle={(event) => event.currentTarget.open && load()}>
      <summary>{t("Devices")}</summary>
      {problem && <Problem problem={problem} onRetry={load} />}
      {list?.length === 0 && <p class="panel-quiet">{t("Signed in nowhere now.")}</p>}
      <ul class="customer-tickets">
        {list?.map((device) => (
          <li key={`${device.kind} ${device.id}`}>
            <bdi>{device.name}</bdi>{" "}
            <small>{device.seenAt === null ? t("not used yet") : <Age time={device.seenAt} />}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
