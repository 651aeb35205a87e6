/** What the palette has to offer, from the actions, the views, the tickets and the people of the desk. */

import type { User } from "../../api/wire.ts";
import { desk, go } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { listHref, savedName, threadHref } from "../../stores/route.ts";
import { formatFilter } from "../../stores/search/query.ts";
import type { Found } from "../../stores/search/ticket_search.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { viewsOf } from "../../stores/tickets/views.ts";
import { KeyList } from "../keys/key_list.tsx";
import { keyMap } from "../keys/key_settings.ts";
import { canRun } from "./action.ts";
import { ACTIONS } from "./actions.ts";
import { type Command, typedNumber } from "./commands.ts";
import { overlay } from "./overlays.ts";

// More than a reader looks through; the server finds the others.
const MOST_TICKETS = 2_000;

export type Person = { user: User; project: Project; isAgent: boolean };

/** Return the actions that can be run now; what opens the palette is none of them. */
export function actionCommands(): Command[] {
  return ACTIONS.filter((action) => action.id !== "palette" && canRun(action)).map((action) => ({
    id: action.id,
    words: action.words,
    detail: keyMap.of(action.id).length > 0 ? <KeyList bindings={keyMap.of(action.id).slice(0, 1)} /> : undefined,
    run: action.run,
  }));
}

/** Return the saved views; those that every agent has are actions. */
export function viewCommands(): Command[] {
  return desk.staffed.peek().flatMap((project) =>
    viewsOf(project).saved.value.map(({ view }) => {
      const href = listHref(savedName(project.id, view.view_id));
      return {
        id: `view ${savedName(project.id, view.view_id)}`,
        words: t("Go to {view}", { view: view.name }),
        detail: t("Saved view"),
        href,
        run: () => go(href),
      };
    }),
  );
}

/** Return the tickets that the list has, by their titles. */
export function ticketCommands(): Command[] {
  return desk.inbox
    .peek()
    .slice(0, MOST_TICKETS)
    .map(({ project, ticket }) => ticketCommand(project, ticket));
}

/** Return the tickets that the server has found by the words. */
export function foundCommands(found: readonly Found[]): Command[] {
  return found.map(({ project, ticket }) => ticketCommand(project, ticket));
}

/** Return the ticket whose number is typed, of each project. */
export function numberCommands(typed: string): Command[] {
  const number = typedNumber(typed);
  if (number === null) return [];
  return desk.known.peek().map((project) => {
    const title = project.data.ticket(number)?.title;
    const words =
      title === undefined
        ? t("Open ticket {number}", { number })
        : t("Open ticket {number}: {title}", { number, title });
    return { ...ticketCommand(project, { ticket_id: number, title: "" }), id: `number ${project.id}`, words };
  });
}

/** Return what leads to the tickets of people. */
export function peopleCommands(people: readonly Person[]): Command[] {
  return people.map(({ user, project, isAgent }) => {
    const filter = formatFilter({ key: isAgent ? "assignee" : "customer", value: user.user_id, isNegated: false });
    return {
      id: `person ${project.id}/${user.user_id}`,
      words: t("Tickets of {name}", { name: user.name }),
      detail: isAgent ? t("Agent") : (user.email ?? t("Customer")),
      run: () => {
        overlay.value = { name: "search", query: filter };
      },
    };
  });
}

function ticketCommand(project: Project, ticket: { ticket_id: number; title: string }): Command {
  const href = threadHref(project.id, ticket.ticket_id);
  const number = t("Ticket {number}", { number: ticket.ticket_id });
  return {
    id: `ticket ${ticketKey(project.id, ticket.ticket_id)}`,
    words: ticket.title,
    detail: desk.hasSeveral ? `${number} · ${project.name}` : number,
    href,
    run: () => go(href),
  };
}
