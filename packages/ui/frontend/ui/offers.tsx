/** A short list that is offered under a field while its user types: chosen by the arrow keys and Enter, or the mouse. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { User } from "../api/wire.ts";
import { Avatar } from "./avatar.tsx";

export type Offers<Entry = User> = {
  entries: Entry[];
  /** Which one is marked. */
  chosen: number;
  isOpen: boolean;
  /** Ask for what fits; the answer to an earlier question is not taken. */
  ask: (find: () => Promise<Entry[]>) => void;
  close: () => void;
  /** Returns whether the key was for the list. */
  takeKey: (event: KeyboardEvent, choose: (entry: Entry) => void) => boolean;
};

/** `takers` are the keys that choose the marked entry; where Tab is none of them, it goes on to the next field. */
export function useOffers<Entry = User>(takers: readonly string[] = ["Enter"]): Offers<Entry> {
  const entries = useSignal<Entry[]>([]);
  const chosen = useSignal(0);
  const asked = useRef(0);
  const answered = useRef(0);
  /** What a key that came before the answer does with its first entry. */
  const waiting = useRef<((entry: Entry) => void) | null>(null);
  const close = () => {
    asked.current += 1;
    answered.current = asked.current;
    waiting.current = null;
    entries.value = [];
  };
  const ask = (find: () => Promise<Entry[]>) => {
    asked.current += 1;
    waiting.current = null;
    const question = asked.current;
    find().then(
      (found) => {
        if (question !== asked.current) return;
        answered.current = question;
        entries.value = found;
        chosen.value = 0;
        const [first] = found;
        if (first !== undefined) waiting.current?.(first);
        waiting.current = null;
      },
      () => close(),
    );
  };
  const move = (by: number) => {
    chosen.value = (chosen.value + by + entries.value.length) % entries.value.length;
  };
  /** What is shown may be the answer to fewer letters than were typed. */
  const take = (entry: Entry, choose: (entry: Entry) => void) => {
    if (answered.current === asked.current) choose(entry);
    else waiting.current = choose;
  };
  // Tab that chooses nothing leaves the field, which closes the list.
  const takeKey = (event: KeyboardEvent, choose: (entry: Entry) => void) => {
    const entry = entries.value[chosen.value];
    if (entry === undefined || event.ctrlKey || event.metaKey || event.isComposing) return false;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (takers.includes(event.key)) take(entry, choose);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { entries: entries.value, chosen: chosen.value, isOpen: entries.value.length > 0, ask, close, takeKey };
}

/** Return the id of an entry, which the field names as the active one. */
export function offerId(list: string, number: number): string {
  return `${list}-${number}`;
}

/** How an entry looks in the list. */
export type OfferLook = { id: string; name: string; detail: string; sign: ComponentChildren };

type OfferListProps<Entry> = {
  id: string;
  label: string;
  offers: Offers<Entry>;
  choose: (entry: Entry) => void;
  look: (entry: Entry) => OfferLook;
};

export function OfferList(props: Omit<OfferListProps<User>, "look">) {
  return <EntryList {...props} look={lookOfUser} />;
}

/** The list of entries that are not users. */
export function EntryList<Entry>({ id, label, offers, choose, look }: OfferListProps<Entry>) {
  if (!offers.isOpen) return null;
  return (
    <div class="offers" id={id} role="listbox" aria-label={label}>
      {offers.entries.map((entry, number) => {
        const { id: key, name, detail, sign } = look(entry);
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
          <div
            key={key}
            id={offerId(id, number)}
            class="offer"
            role="option"
            tabIndex={-1}
            aria-selected={number === offers.chosen}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(entry)}
          >
            {sign}
            <bdi class="offer-name">{name}</bdi>
            <span class="offer-detail" dir="auto">
              {detail}
            </span>
          </div>
        );
      })}
    </div>
  );
}

export function lookOfUser({ user_id: id, name, email }: User): OfferLook {
  return { id, name, detail: email ?? `@${id}`, sign: <Avatar id={id} name={name} /> };
}
