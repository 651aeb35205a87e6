/** Colours, as each text stands on each ground, and the sizes of text. */
import { Part } from "./part.tsx";

const PAIRS = [
  ["text", "ground"],
  ["text-soft", "panel"],
  ["text-faint", "raised"],
  ["accent-text", "chosen"],
  ["on-accent", "accent"],
  ["bad", "bad-ground"],
  ["note-text", "note-ground"],
  ["on-note-button", "note-button"],
  ["text", "team-ground"],
  ["good", "panel"],
  ["warm", "panel"],
] as const;

export function TokenParts() {
  return (
    <>
      <Part name="Colours">
        {PAIRS.map(([text, ground]) => (
          <p key={`${text} ${ground}`} class={`swatch swatch-${text}-on-${ground}`}>
            {text}
            <br />
            on {ground}
          </p>
        ))}
      </Part>
      <Part name="Text" stacked>
        <p class="design-heading">A heading of a view</p>
        <p>The text of a page, which is 15 px high where a browser is set as it comes.</p>
        <p class="hint">A hint under a field.</p>
        <p class="label">The label of a field</p>
        <p>
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </p>
      </Part>
    </>
  );
}
