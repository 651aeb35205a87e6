/** Offers agents while a note's author types `@`. */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { User } from "../../api/wire.ts";
import { colleaguesOf } from "../../stores/colleagues.ts";
import type { Project } from "../../stores/project.ts";
import { type Offers, useOffers } from "../../ui/offers.tsx";
import type { Draft } from "../../ui/use_draft.ts";
import { findTyped, insertMention, type Typed } from "./mentions.ts";

export type Mentions = {
  offers: Offers;
  choose: (user: User) => void;
  /** To be called after each change of the text or the caret. */
  follow: () => void;
};

export function useMentions(project: Project, area: RefObject<HTMLTextAreaElement | null>, text: Draft): Mentions {
  const offers = useOffers(["Enter", "Tab"]);
  const typed = useRef<Typed | null>(null);
  const follow = () => {
    const element = area.current;
    if (element === null) return;
    const found = findTyped(element.value, element.selectionStart);
    if (found === null) {
      typed.current = null;
      if (offers.isOpen) offers.close();
      return;
    }
    // Moving the caret within what was asked for changes nothing.
    if (offers.isOpen && typed.current?.prefix === found.prefix && typed.current.start === found.start) return;
    typed.current = found;
    offers.ask(() => colleaguesOf(project).find(found.prefix));
  };
  const choose = (user: User) => {
    const element = area.current;
    if (element === null || typed.current === null) return;
    const inserted = insertMention(element.value, typed.current, user.user_id);
    offers.close();
    typed.current = null;
    text.set(inserted.text);
    element.value = inserted.text;
    element.setSelectionRange(inserted.caret, inserted.caret);
    element.focus();
  };
  return { offers, choose, follow };
}
