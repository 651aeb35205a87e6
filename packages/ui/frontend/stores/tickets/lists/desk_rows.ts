/** The lists of all projects as one: rows by their place, which hold a project and an id alone. */
import type { Project } from "../../project.ts";
import type { TicketList } from "../ticket_list.ts";
import type { Ranked } from "./ordered_rows.ts";

export type DeskRow = { project: Project; id: number };

export type DeskRows = {
  readonly length: number;
  at(index: number): DeskRow | undefined;
  /** Return where a ticket is; -1 for one that is not listed. */
  indexOf(project: Project, id: number): number;
};

type ProjectList = { project: Project; list: TicketList };

/** The rows by what ranks them: one that has not moved is the same, and is not drawn again with those that have. */
const made = new WeakMap<Ranked, DeskRow>();

/** Return the rows of the lists in order, as they are now; a reader is told of each change. */
export function joinLists(lists: ProjectList[]): DeskRows {
  for (const { list } of lists) list.version.value;
  const [only] = lists;
  return only !== undefined && lists.length === 1 ? rowsOf(only) : mergeLists(lists);
}

function rowsOf({ project, list }: ProjectList): DeskRows {
  return {
    length: list.length,
    at: (index) => {
      const ranked = list.at(index);
      return ranked && rowOf(project, ranked);
    },
    indexOf: (_, id) => list.indexOf(id),
  };
}

/** Each list is in order already: the first of their heads is next. */
function mergeLists(lists: ProjectList[]): DeskRows {
  const rows: DeskRow[] = [];
  const next = lists.map(() => 0);
  for (;;) {
    const first = firstOf(lists, next);
    if (first < 0) break;
    const { project, list } = lists[first] as ProjectList;
    rows.push(rowOf(project, list.at(next[first] as number) as Ranked));
    next[first] = (next[first] as number) + 1;
  }
  return {
    length: rows.length,
    at: (index) => rows[index],
    indexOf: (project, id) => rows.findIndex((row) => row.id === id && row.project === project),
  };
}

function rowOf(project: Project, ranked: Ranked): DeskRow {
  const known = made.get(ranked);
  if (known !== undefined) return known;
  const row = { project, id: ranked.id };
  made.set(ranked, row);
  return row;
}

function firstOf(lists: ProjectList[], next: number[]): number {
  let first = -1;
  lists.forEach(({ list }, index) => {
    const head = list.at(next[index] as number);
    const best = first < 0 ? undefined : lists[first]?.list.at(next[first] as number);
    if (head === undefined) return;
    if (best === undefined || head.segment < best.segment || (head.segment === best.segment && head.time < best.time)) {
      first = index;
    }
  });
  return first;
}
