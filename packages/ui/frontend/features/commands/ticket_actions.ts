/** Actions on tickets: the selected ones, else that of the focused row, else the open one. */
import type { MessageKind } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import type { TicketPatch } from "../../stores/tickets/ticket_patch.ts";
import { ticketKey } from "../../stores/tickets/unread.ts";
import { change, changes, selection, undoChange } from "../bulk/bulk.ts";
import { splitting } from "../merge_split/splitting.ts";
import { type Action, aboutTickets, control, focusedRow, focusText, ticketOfRow, unfold, whenDrawn } from "./action.ts";
import { overlay } from "./overlays.ts";

const isAboutSome = () => aboutTickets().length > 0;

const field = (id: string, words: string, key: string): Action => ({
  id,
  words,
  group: "ticket",
  keys: [key],
  isOfStaff: true,
  isAvailable: isAboutSome,
  run: () => choose(id),
});

/** What a button of the open ticket's panel does. */
const button = (id: string, words: string, key: string): Action => ({
  id,
  words,
  group: "ticket",
  keys: [key],
  isOfStaff: true,
  isAvailable: () => desk.openTicket.value !== null,
  run: () => press(id),
});

const text = (id: MessageKind, words: string, key: string): Action => ({
  id,
  words,
  group: "ticket",
  keys: [key],
  opensText: true,
  isAvailable: () => desk.openTicket.value !== null,
  run: () => focusText(id),
});

export const TICKET_ACTIONS: readonly Action[] = [
  text("reply", t("Reply"), "r"),
  { ...text("note", t("Internal note"), "n"), isOfStaff: true },
  field("assign", t("Assign"), "a"),
  {
    id: "take",
    words: t("Take it"),
    group: "ticket",
    keys: ["i"],
    isOfStaff: true,
    isAvailable: isAboutSome,
    run: () => void take(),
  },
  field("status", t("Status"), "s"),
  field("priority", t("Priority"), "p"),
  field("tags", t("Tags"), "l"),
  field("snooze", t("Snooze"), "b"),
  button("follow", t("Follow, or follow no more"), "f"),
  { ...button("invite", t("Invite somebody"), "v"), opensText: true },
  {
    id: "solve",
    words: t("Solve"),
    group: "ticket",
    keys: ["e"],
    isOfStaff: true,
    isAvailable: isAboutSome,
    run: () => set({ status: "solved" }, t("Solve")),
  },
  {
    id: "undo",
    words: t("Undo the last change, or take back what was just sent"),
    group: "ticket",
    keys: ["z"],
    isOfStaff: true,
    isAvailable: () => control("undo") !== null || changes.canUndo.value,
    run: undo,
  },
  {
    id: "merge",
    words: t("Merge with another ticket"),
    group: "ticket",
    keys: ["M"],
    isOfStaff: true,
    isAvailable: isAboutSome,
    run: merge,
  },
  {
    id: "split",
    words: t("Split messages off"),
    group: "ticket",
    keys: ["S"],
    isOfStaff: true,
    isAvailable: () => desk.openTicket.value !== null,
    run: () => {
      const open = desk.openTicket.value;
      if (open !== null) splitting.start(open);
    },
  },
  {
    id: "delete",
    words: t("Delete the ticket"),
    group: "ticket",
    keys: ["#"],
    isOfStaff: true,
    isAvailable: mayDelete,
    refusal: () => (desk.openTicket.value === null || mayDelete() ? null : t("Only admins delete tickets")),
    // Those who may have a button for it, which says first what would go.
    run: () => press("delete"),
  },
];

/** A reply that waits to be sent has a button that takes it back. */
function undo(): void {
  const taken = control("undo");
  if (taken !== null) taken.click();
  else void undoChange();
}

/** Go to the field that sets something: of the bar where tickets are selected, else of the open ticket. */
function choose(name: string): void {
  const row = ticketOfRow(focusedRow());
  if (!selection.isActive.peek() && row !== null) selection.toggle(ticketKey(row.project.id, row.ticketId));
  const within = selection.isActive.peek() ? ".bulk" : ".panel";
  if (within === ".panel") unfold(name);
  whenDrawn(
    () => control(name, within),
    (field) => {
      field.focus();
      field.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  );
}

function mayDelete(): boolean {
  return desk.openTicket.value?.project.session.me.value?.role === "admin";
}

/** Press a button of the open ticket's panel, which may hold it back. */
function press(name: string): void {
  unfold(name);
  whenDrawn(
    () => control(name, ".panel"),
    (button) => button.click(),
  );
}

function set(patch: TicketPatch, words: string): void {
  void change(aboutTickets(), { kind: "patch", patch }, words);
}

/** Each project has its own agents: in each, the tickets become those of its user there. */
async function take(): Promise<void> {
  const tickets = aboutTickets();
  for (const project of new Set(tickets.map((one) => one.project))) {
    const me = project.session.me.peek()?.user_id;
    const mine = tickets.filter((one) => one.project === project);
    if (me !== undefined) await change(mine, { kind: "patch", patch: { assignee: me } }, t("Take it"));
  }
}

function merge(): void {
  const [one, ...others] = aboutTickets();
  if (one === undefined) return;
  if (others.some(({ project }) => project !== one.project)) {
    desk.announcement.warn(t("Tickets of two projects cannot be merged"));
    return;
  }
  const [other = null, ...rest] = others.map(({ ticketId }) => ticketId);
  overlay.value = { name: "merge", project: one.project, ticketId: one.ticketId, other, rest };
}
