/** The field of a dialog in which a user types, and whose keys choose from the list under it. */
import type { TargetedKeyboardEvent } from "preact";
import { type Chosen, type FinderProps, LIST, optionId } from "./finder_options.ts";

const PAGE = 8;
// As much as the server reads, with room for what is written around it.
const LONGEST = 900;

type Pressed = TargetedKeyboardEvent<HTMLInputElement>;

export function Field(props: FinderProps & { list: Chosen }) {
  const { value, placeholder, label, options, list, onInput } = props;
  const onKeyDown = (event: Pressed) => {
    if (!event.isComposing && takeKey(event, props)) event.preventDefault();
  };
  return (
    <input
      class="finder-input"
      type="text"
      role="combobox"
      autocomplete="off"
      spellcheck={false}
      // biome-ignore lint/a11y/noAutofocus: a dialog that is opened to type in begins there.
      autoFocus
      dir="auto"
      enterkeyhint="search"
      aria-label={label}
      aria-autocomplete="list"
      aria-expanded={options.length > 0}
      aria-controls={LIST}
      aria-activedescendant={list.at < 0 ? undefined : optionId(list.at)}
      maxLength={LONGEST}
      placeholder={placeholder}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}

/** Do what a key says; returns whether it was for the list or the chips. */
function takeKey(event: Pressed, props: FinderProps & { list: Chosen }): boolean {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key];
  if (by !== undefined) {
    props.list.move(by);
    return true;
  }
  if (event.key === "Backspace") return takeBackspace(event, props);
  return takeChoice(event, props);
}

function takeChoice(event: Pressed, { options, list, onTab, isStale }: FinderProps & { list: Chosen }): boolean {
  // Where there is nothing to complete, Tab goes on.
  if (event.key === "Tab") return !event.shiftKey && (onTab?.() ?? false);
  const chosen = options[list.at];
  if (event.key !== "Enter") return false;
  if (isStale && !chosen?.isSure) list.wait();
  else if (chosen !== undefined) list.run(chosen, event.ctrlKey || event.metaKey);
  return true;
}

function takeBackspace(event: Pressed, { onBackspace }: FinderProps): boolean {
  const { selectionStart, selectionEnd } = event.currentTarget;
  if (onBackspace === undefined || selectionStart !== 0 || selectionEnd !== 0) return false;
  onBackspace();
  return true;
}
