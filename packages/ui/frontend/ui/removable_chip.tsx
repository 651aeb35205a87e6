/** A chip in a list, with a button that takes it off. */
import type { HTMLAttributes } from "preact";
import { Close } from "./icons.tsx";

type RemovableChipProps = Omit<HTMLAttributes<HTMLLIElement>, "children"> & {
  words: string;
  /** What the button does, as a sentence: a chip shows its drawing alone. */
  label: string;
  remove: () => void;
};

export function RemovableChip({ words, label, remove, ...item }: RemovableChipProps) {
  return (
    <li {...item}>
      <bdi>{words}</bdi>
      <button type="button" class="chip-remove" onClick={remove}>
        <Close />
        <span class="unseen">{label}</span>
      </button>
    </li>
  );
}
