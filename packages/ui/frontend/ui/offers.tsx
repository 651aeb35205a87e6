/** A short list that is offered under a field while its user types: chosen by the arrow keys and Enter, or the mouse. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { User } from "../api/wire.ts";
import { Avatar } from "./avatar.tsx";

export type Offers = {
  users: User[];
  /** Which one is marked. */
  chosen: number;
  isOpen: boolean;
  /** Ask for what fits; the answer to an earlier question is not taken. */
  ask: (find: () => Promise<User[]>) => void;
  close: () => void;
  /** Returns whether the key was for the list. */
  takeKey: (event: KeyboardEvent, choose: (user: User) => void) => boolean;
};

/** `takers` are the keys that choose the marked entry; where Tab is none of them, it goes on to the next field. */
export function useOffers(takers: readonly string[] = ["Enter"]): Offers {
  const users = useSignal<User[]>([]);
  const chosen = useSignal(0);
  const asked = useRef(0);
  const close = () => {
    asked.current += 1;
    users.value = [];
  };
  const ask = (find: () => Promise<User[]>) => {
    asked.current += 1;
    const question = asked.current;
    find().then(
      (found) => {
        if (question !== asked.current) return;
        users.value = found;
        chosen.value = 0;
      },
      () => close(),
    );
  };
  const move = (by: number) => {
    chosen.value = (chosen.value + by + users.value.length) % users.value.length;
  };
  // Tab that chooses nothing leaves the field, which closes the list.
  const takeKey = (event: KeyboardEvent, choose: (user: User) => void) => {
    const user = users.value[chosen.value];
    if (user === undefined || event.ctrlKey || event.metaKey || event.isComposing) return false;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (takers.includes(event.key)) choose(user);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { users: users.value, chosen: chosen.value, isOpen: users.value.length > 0, ask, close, takeKey };
}

/** Return the id of an entry, which the field names as the active one. */
export function offerId(list: string, number: number): string {
  return `${list}-${number}`;
}

type OfferListProps = { id: string; label: string; offers: Offers; choose: (user: User) => void };

export function OfferList({ id, label, offers, choose }: OfferListProps) {
  if (!offers.isOpen) return null;
  return (
    <div class="offers" id={id} role="listbox" aria-label={label}>
      {offers.users.map((user, number) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
        <div
          key={user.user_id}
          id={offerId(id, number)}
          class="offer"
          role="option"
          tabIndex={-1}
          aria-selected={number === offers.chosen}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(user)}
        >
          <Avatar id={user.user_id} name={user.name} />
          <span class="offer-name">{user.name}</span>
          <span class="offer-detail">{user.email ?? `@${user.user_id}`}</span>
        </div>
      ))}
    </div>
  );
}
