/** Offers agents, canned replies and emoji while a text is typed. */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/errors.ts";
import { t } from "../../i18n/translate.ts";
import type { Project } from "../../stores/project.ts";
import { colleaguesOf } from "../../stores/team/colleagues.ts";
import { lookOfUser, type OfferLook, type Offers, useOffers } from "../../ui/offers.tsx";
import { cannedRepliesOf } from "../canned_replies/canned_replies.ts";
import { findTrigger, replaceTyped, type Trigger, type TypedTrigger } from "./triggers.ts";

const OFFERED = 8;

/** What can be inserted; what it says may have to be asked for. */
export type Completion = OfferLook & { trigger: Trigger; insert: () => Promise<string> };

export type Completions = {
  offers: Offers<Completion>;
  choose: (completion: Completion) => void;
  /** To be called after each change of the text or the caret. */
  follow: () => void;
  /** What the list is called. */
  label: string;
};

type Options = {
  project: Project;
  /** The ticket that canned replies are filled in for. */
  ticketId: number;
  area: RefObject<HTMLTextAreaElement | null>;
  triggers: readonly Trigger[];
  set: (text: string) => void;
  fail: (problem: ApiError) => void;
};

export function useCompletions({ project, ticketId, area, triggers, set, fail }: Options): Completions {
  const offers = useOffers<Completion>(["Enter", "Tab"]);
  const typed = useRef<TypedTrigger | null>(null);
  const follow = () => {
    const element = area.current;
    if (element === null) return;
    const found = findTrigger(element.value, element.selectionStart, triggers);
    if (found === null) {
      typed.current = null;
      if (offers.isOpen) offers.close();
      return;
    }
    const { current } = typed;
    // Moving the caret within what was asked for changes nothing.
    const isSame = current?.prefix === found.prefix && current.start === found.start;
    if (offers.isOpen && isSame && current.trigger === found.trigger) return;
    typed.current = found;
    offers.ask(() => search(project, ticketId, found));
  };
  const choose = async (completion: Completion) => {
    const { current: place } = typed;
    offers.close();
    typed.current = null;
    if (place === null) return;
    try {
      const inserted = await completion.insert();
      const element = area.current;
      if (element === null) return;
      const { text, caret } = replaceTyped(element.value, place, inserted);
      set(text);
      element.value = text;
      element.focus();
      element.setSelectionRange(caret, caret);
    } catch (error) {
      fail(toApiError(error));
    }
  };
  const trigger = typed.current?.trigger ?? "@";
  return { offers, choose: (completion) => void choose(completion), follow, label: labelOf(trigger) };
}

function labelOf(trigger: Trigger): string {
  return { "@": t("Agents"), "/": t("Canned replies"), ":": t("Emoji") }[trigger];
}

function search(project: Project, ticketId: number, { trigger, prefix }: TypedTrigger): Promise<Completion[]> {
  if (trigger === "@") return findColleagues(project, prefix);
  return trigger === "/" ? findCannedReplies(project, ticketId, prefix) : findEmoji(prefix);
}

async function findColleagues(project: Project, prefix: string): Promise<Completion[]> {
  const users = await colleaguesOf(project).find(prefix);
  return users.map((user) => ({ ...lookOfUser(user), trigger: "@", insert: async () => `@${user.user_id} ` }));
}

async function findCannedReplies(project: Project, ticketId: number, prefix: string): Promise<Completion[]> {
  const replies = await cannedRepliesOf(project).find(prefix, OFFERED);
  return replies.map(({ canned_reply_id: id, name, body }) => ({
    id: String(id),
    name,
    detail: body,
    sign: <span class="offer-sign">{"/"}</span>,
    trigger: "/",
    insert: async () => (await project.call("canned_reply.render", { canned_reply_id: id, ticket_id: ticketId })).body,
  }));
}

async function findEmoji(prefix: string): Promise<Completion[]> {
  const { searchEmoji } = await import("../emoji/emoji_part.ts");
  return searchEmoji(prefix, OFFERED).map(({ name, sign }) => ({
    id: name,
    name: `:${name}:`,
    detail: "",
    sign: <span class="offer-sign">{sign}</span>,
    trigger: ":",
    insert: async () => sign,
  }));
}
