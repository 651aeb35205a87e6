/** What the desk knows of by name, for the filter that is being typed. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { tagsOf } from "../../stores/tickets/tags.ts";
import { typedValue, type Vocabulary } from "./completions.ts";

const NO_USERS: Vocabulary["users"] = [];

/** Ask for what fits the term, and return what is known by now. */
export function useVocabulary(typed: string): Vocabulary {
  const home = desk.home.value;
  const isStaff = desk.isStaff.value;
  const users = useSignal(NO_USERS);
  const asked = useRef(0);
  const { key = null, prefix = "" } = typedValue(typed) ?? {};
  useEffect(() => {
    asked.current += 1;
    const question = asked.current;
    users.value = NO_USERS;
    if (home === null || !isStaff) return;
    if (key === "tag") void tagsOf(home).refresh();
    const found =
      key === "assignee" ? findAgents(home, prefix) : key === "customer" ? findCustomers(home, prefix) : null;
    found?.then(
      (known) => {
        if (question === asked.current) users.value = known.map(({ user_id: id, name }) => ({ id, name }));
      },
      // Without completion, an id can be typed.
      () => {},
    );
  }, [key, prefix, isStaff]);
  return { isStaff, tags: home !== null && key === "tag" ? tagsOf(home).names.value : [], users: users.value };
}

function findAgents(project: Project, prefix: string): Promise<User[]> {
  return colleaguesOf(project).find(prefix);
}

async function findCustomers(project: Project, prefix: string): Promise<User[]> {
  if (prefix === "") return [];
  return (await project.call("user.customers", { prefix })).users;
}
