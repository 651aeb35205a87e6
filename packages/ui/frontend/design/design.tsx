/** The design page: every part in every state, dark and light, left to right and right to left. */
import "@preact/signals";
import { signal } from "@preact/signals-core";
import { type ComponentChildren, render } from "preact";
import { setTheme, THEMES, theme } from "../stores/preferences/theme.ts";
import { showHiddenCharacters } from "../ui/text/hidden_characters.ts";
import { ControlParts } from "./control_parts.tsx";
import { FeatureParts } from "./feature_parts.tsx";
import { fillDesk } from "./fixtures.ts";
import { SmallParts } from "./small_parts.tsx";
import { TokenParts } from "./token_parts.tsx";

const direction = signal<"ltr" | "rtl">("ltr");

function DesignPage() {
  return (
    <main class="design">
      <header class="design-head">
        <h1>Design</h1>
        <Choice label="Theme" names={THEMES} chosen={theme.value} choose={setTheme} />
        <Choice label="Direction" names={["ltr", "rtl"] as const} chosen={direction.value} choose={turn} />
      </header>
      <TokenParts />
      <ControlParts />
      <SmallParts />
      <FeatureParts />
    </main>
  );
}

type ChoiceProps<Name extends string> = {
  label: string;
  names: readonly Name[];
  chosen: Name;
  choose: (name: Name) => void;
};

function Choice<Name extends string>({ label, names, chosen, choose }: ChoiceProps<Name>): ComponentChildren {
  return (
    <fieldset class="design-choice">
      <legend class="unseen">{label}</legend>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          class="button button-small"
          aria-pressed={name === chosen}
          onClick={() => choose(name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

function turn(chosen: "ltr" | "rtl"): void {
  direction.value = chosen;
  document.documentElement.dir = chosen;
}

const place = document.getElementById("design");
if (place !== null) {
  showHiddenCharacters();
  fillDesk();
  render(<DesignPage />, place);
}
