/** Chips, avatars, times, problems, and what stands where nothing is. */
import { ApiError } from "../api/errors.ts";
import type { Priority, Status } from "../api/wire.ts";
import { formatSize } from "../i18n/words.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Age, PriorityChip, StatusChip } from "../ui/chips.tsx";
import { Empty } from "../ui/empty.tsx";
import { Talk } from "../ui/icons.tsx";
import { OfferList, type Offers } from "../ui/offers.tsx";
import { Problem } from "../ui/problem.tsx";
import { PEOPLE } from "./fixtures.ts";
import { Part, State } from "./part.tsx";

const STATUSES: Status[] = ["new", "open", "waiting", "snoozed", "solved", "closed"];
const PRIORITIES: Priority[] = ["low", "high", "urgent"];
const MINUTE = 60_000;
const AGES = [0, 5 * MINUTE, 180 * MINUTE, 30 * 60 * MINUTE, 90 * 24 * 60 * MINUTE, 700 * 24 * 60 * MINUTE];
const SIZES = [1, 999, 15_400, 2_500_000];
const NOTHING = () => {};

export function SmallParts() {
  return (
    <>
      <Chips />
      <Part name="Avatars">
        {Array.from("abcdefghijkl").map((id) => (
          <Avatar key={id} id={id} name={`${id} b`} />
        ))}
        <Avatar id="large" name="Large One" large />
        <Avatar id="hebrew" name="דנה לוי" large />
        <Avatar id="none" name="" large />
      </Part>
      <Part name="Times and sizes">
        {AGES.map((age) => (
          <Age key={age} time={Date.now() - age} />
        ))}
        {SIZES.map((size) => (
          <span key={size}>{formatSize(size)}</span>
        ))}
      </Part>
      <Problems />
      <Nothing />
      <Part name="Offers">
        <div class="design-offers">
          <OfferList id="design-offers" label="People" offers={OFFERS} choose={NOTHING} />
        </div>
      </Part>
      <Part name="Texts of people" stacked>
        <p>
          <strong>דנה לוי</strong> answered on <strong>Zoë Ångström-with-a-very-long-name</strong>
        </p>
        <p class="bubble-text">
          invoice{"\u202E"}gnp.exe, pay{"\u200B"}pal, and the emoji 👩‍💻 that is one
        </p>
        <p class="bubble-text">المتصفح لا يفتح الصفحة (خطأ 502).</p>
      </Part>
    </>
  );
}

const OFFERS: Offers = {
  entries: PEOPLE,
  chosen: 1,
  isOpen: true,
  ask: NOTHING,
  close: NOTHING,
  takeKey: () => false,
};

function Chips() {
  return (
    <Part name="Chips">
      <State name="for agents">
        {STATUSES.map((status) => (
          <StatusChip key={status} status={status} isStaff />
        ))}
      </State>
      <State name="for customers">
        {STATUSES.map((status) => (
          <StatusChip key={status} status={status} isStaff={false} />
        ))}
      </State>
      <State name="priority">
        {PRIORITIES.map((priority) => (
          <PriorityChip key={priority} priority={priority} />
        ))}
      </State>
      <State name="tag">
        <span class="chip tag">billing</span>
        <span class="chip tag">a-tag-that-is-as-long-as-tags-may-get</span>
      </State>
    </Part>
  );
}

function Problems() {
  const faults = ["title: is empty", "body: is longer than 100,000 characters"];
  return (
    <Part name="Problems" stacked>
      <Problem problem={new ApiError("the support desk did not answer", { hint: "check the connection" })} />
      <Problem problem={new ApiError("The ticket cannot be filed", { faults })} onRetry={NOTHING} />
      <Problem problem={new ApiError("Too many requests", { retryAfter: 36 })} />
    </Part>
  );
}

function Nothing() {
  return (
    <Part name="Nothing there">
      <State name="with a way on">
        <Empty title="How can we help?" icon={<Talk />}>
          <p>Answers appear here as they are written.</p>
          <button type="button" class="button button-strong">
            New ticket
          </button>
        </Empty>
      </State>
      <State name="plain">
        <Empty title="No tickets here" />
      </State>
      <State name="loading">
        <ul class="tickets" aria-busy="true" aria-label="Loading">
          <li class="placeholder" />
          <li class="placeholder" />
        </ul>
      </State>
    </Part>
  );
}
