/**
 * A choice that takes effect as it is made.
 *
 * A closed select changes with every arrow key: what the keys pass on their way is shown and not chosen, until Enter
 * or until another field has the focus; Escape takes it back. What is chosen from the open list counts at once.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

// These lead to the field or away from it, and change nothing in it.
const PASSING = ["Tab", "Shift", "Control", "Alt", "Meta"];

type SelectProps = {
  value: string;
  choose: (value: string) => void;
  /** By which the keys of the page find it. */
  name: string;
  children: ComponentChildren;
};

type Target<Kind extends Event> = Kind & { currentTarget: HTMLSelectElement };

export function Select({ value, choose, name, children }: SelectProps) {
  /** What the keys have come to. */
  const passed = useSignal<string | null>(null);
  const isByKeys = useRef(false);
  const commit = (select: HTMLSelectElement, chosen: string | null) => {
    passed.value = null;
    // The choice is shown by who takes it, which may be as nothing.
    select.value = value;
    if (chosen !== null && chosen !== value) choose(chosen);
  };
  const onChange = (event: Target<Event>) => {
    const chosen = event.currentTarget.value;
    if (isByKeys.current) passed.value = chosen;
    else commit(event.currentTarget, chosen);
  };
  const onKeyDown = (event: Target<KeyboardEvent>) => {
    if (passed.value !== null && (event.key === "Enter" || event.key === "Escape")) {
      event.preventDefault();
      commit(event.currentTarget, event.key === "Enter" ? passed.value : null);
    } else if (!PASSING.includes(event.key)) {
      isByKeys.current = true;
    }
  };
  const onBlur = (event: Target<FocusEvent>) => {
    if (passed.value !== null) commit(event.currentTarget, passed.value);
    isByKeys.current = false;
  };
  return (
    <select
      value={passed.value ?? value}
      onChange={onChange}
      onKeyDown={onKeyDown}
      onPointerDown={() => {
        isByKeys.current = false;
      }}
      onBlur={onBlur}
      data-key={name}
    >
      {children}
    </select>
  );
}
