/** The people whose names begin with what is typed: agents, and customers. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { desk } from "../../app.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import type { Person } from "./command_sources.tsx";

// A letter is many people; a pause in typing is a question.
const SHORTEST = 2;
const PAUSE_MS = 120;
const MOST = 5;

export function usePeople(typed: string): readonly Person[] {
  const people = useSignal<readonly Person[]>([]);
  const asked = useRef(0);
  const prefix = typed.trim();
  useEffect(() => {
    asked.current += 1;
    const question = asked.current;
    if (prefix.length < SHORTEST) {
      people.value = [];
      return undefined;
    }
    const timer = setTimeout(async () => {
      const found = await Promise.all(desk.staffed.peek().map((project) => findPeople(project, prefix)));
      if (question === asked.current) people.value = found.flat();
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [prefix]);
  return people.value;
}

/** Where a project does not answer, it has no people: that it does not is said elsewhere. */
async function findPeople(project: Project, prefix: string): Promise<Person[]> {
  const [agents, customers] = await Promise.allSettled([
    colleaguesOf(project).find(prefix, MOST),
    project.call("user.customers", { prefix, limit: MOST }),
  ]);
  return [
    ...(agents.status === "fulfilled" ? agents.value.map((user) => ({ user, project, isAgent: true })) : []),
    ...(customers.status === "fulfilled"
      ? customers.value.users.map((user) => ({ user, project, isAgent: false }))
      : []),
  ];
}
