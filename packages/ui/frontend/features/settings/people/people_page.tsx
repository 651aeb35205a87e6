/** The people of a project: the team and the customers, the way to each, and invitations. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { User } from "../../../api/wire.ts";
import { t, tn } from "../../../i18n/translate.ts";
import { ROLE_WORDS } from "../../../i18n/words.ts";
import type { Project } from "../../../stores/project.ts";
import { settingsHref } from "../../../stores/settings/pages.ts";
import { matching, peopleOf } from "../../../stores/settings/people.ts";
import { Avatar } from "../../../ui/avatar.tsx";
import { useAction, useQuestion } from "../../../ui/hooks/use_action.ts";
import { Plus } from "../../../ui/icons.tsx";
import { Problem } from "../../../ui/problem.tsx";
import { Choices } from "../parts/choices.tsx";
import { NEW_ITEM } from "../parts/named_list.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import type { PageProps } from "../parts/page_props.ts";
import { InvitePage } from "./invite_page.tsx";
import { PersonPage } from "./person_page.tsx";

// What is typed within this time is one question to the server.
const TYPING_MS = 200;

export function PeoplePage({ project, item }: PageProps) {
  if (item === NEW_ITEM) return <InvitePage project={project} />;
  if (item !== "") return <PersonPage key={item} project={project} userId={item} />;
  return <PeopleList project={project} />;
}

function PeopleList({ project }: { project: Project }) {
  const words = useSignal("");
  const showsCustomers = useSignal(false);
  return (
    <Page
      title={t("People")}
      lead={t("Who works here, and who is helped. Choose somebody to change what they may do.")}
    >
      <a class="button button-strong settings-new" href={settingsHref("people", NEW_ITEM)}>
        <Plus /> {t("Invite somebody")}
      </a>
      <div class="settings-tools">
        <input
          type="search"
          aria-label={t("Find people by name or address")}
          placeholder={t("Name or address")}
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
        <Choices
          label={t("Who is listed")}
          name="people"
          options={[false, true]}
          words={(isCustomers) => (isCustomers ? t("Customers") : t("Team"))}
          chosen={showsCustomers.value}
          choose={(isCustomers) => {
            showsCustomers.value = isCustomers;
          }}
        />
      </div>
      {showsCustomers.value ? (
        <Customers project={project} words={words.value.trim()} />
      ) : (
        <Team project={project} words={words.value} />
      )}
    </Page>
  );
}

function Team({ project, words }: { project: Project; words: string }) {
  const people = peopleOf(project);
  const team = people.team.value;
  return (
    <Loaded load={() => people.loadTeam()} on={[people]} isThere={team !== null}>
      {() => <Rows users={matching(team ?? [], words)} none={t("Nobody of the team is called so.")} />}
    </Loaded>
  );
}

function Customers({ project, words }: { project: Project; words: string }) {
  const people = peopleOf(project);
  const isAsked = useSignal(false);
  const { problem, run } = useQuestion();
  const more = useAction();
  useEffect(() => {
    const list = () => {
      void run(() => people.listCustomers(words)).then(() => {
        isAsked.value = true;
      });
    };
    const later = setTimeout(list, words === "" ? 0 : TYPING_MS);
    return () => clearTimeout(later);
  }, [people, words]);
  if (problem !== null) return <Problem problem={problem} />;
  if (!isAsked.value) return <p class="settings-waiting">{t("Loading…")}</p>;
  return (
    <>
      <Rows
        users={people.customers.value}
        none={words === "" ? t("There are no customers yet.") : t("No active customer is called so.")}
      />
      {more.problem && <Problem problem={more.problem} />}
      {people.cursor.value !== null && (
        <button
          type="button"
          class="button"
          disabled={more.isBusy}
          onClick={() => void more.run(() => people.moreCustomers())}
        >
          {t("More customers")}
        </button>
      )}
    </>
  );
}

function Rows({ users, none }: { users: User[]; none: string }) {
  if (users.length === 0) return <p class="settings-none">{none}</p>;
  return (
    <ul class="settings-list" aria-label={tn("{count} person", "{count} people", users.length)}>
      {users.map((user) => (
        <li key={user.user_id}>
          <a class="settings-entry" data-inactive={!user.active} href={settingsHref("people", user.user_id)}>
            <Avatar id={user.user_id} name={user.name} />
            <span class="entry-words">
              <bdi class="entry-name">{user.name}</bdi>
              <bdi class="entry-detail">{user.email ?? `@${user.user_id}`}</bdi>
            </span>
            <span class="entry-mark">{user.active ? ROLE_WORDS[user.role] : t("Deactivated")}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
