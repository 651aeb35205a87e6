/** What a finder is given and what is chosen in it; the ids by which its field names list and option. */
import type { ComponentChildren } from "preact";

export type Option = {
  id: string;
  content: ComponentChildren;
  /** What stands over it and those after it. */
  heading?: string;
  /** Where it leads to, so that it can be opened in a tab of its own. */
  href?: string;
  /** Whether the dialog stays, as after a completion. */
  staysOpen?: boolean;
  /** Whether it is no answer of the server, which may be to what was typed before. */
  isSure?: boolean;
  run: () => void;
};

export type FinderProps = {
  label: string;
  placeholder: string;
  value: string;
  onInput: (text: string) => void;
  options: readonly Option[];
  /** What stands before the text, such as chips. */
  before?: ComponentChildren;
  /** What stands between the text and the list. */
  notice?: ComponentChildren;
  /** What stands under the list. */
  after?: ComponentChildren;
  /** Backspace before the first letter. */
  onBackspace?: () => void;
  /** Tab, as in a shell; returns whether there was something to complete. */
  onTab?: () => boolean;
  /** The last option is chosen, or in sight. */
  onEnd?: () => void;
  /** Whether the first option is chosen from the start; else it is reached by the arrow. */
  choosesFirst: boolean;
  /** Whether the options are those of what was typed before: Enter waits for the others then. */
  isStale?: boolean;
};

export type Chosen = {
  at: number;
  move: (by: number) => void;
  run: (option: Option, isElsewhere: boolean) => void;
  /** Run the first option once it is there. */
  wait: () => void;
};

export const LIST = "finder-list";

export function optionId(at: number): string {
  return `finder-option-${at}`;
}
