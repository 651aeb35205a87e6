/** The list of the keys, and the switch that turns them off. */
import { useEffect, useRef } from "preact/hooks";
import { desk, keySetting } from "../../app.ts";
import { KEY_WORDS } from "../../i18n/key_words.ts";
import { showsHelp } from "./follow_keys.ts";
import { KEYS, type KeyAction, OF_STAFF } from "./keys.ts";

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const isStaff = desk.home.value?.session.isStaff.value ?? false;
  const keys = Object.entries(KEYS) as Array<[string, KeyAction]>;
  return (
    <dialog
      ref={dialog}
      class="key-help"
      aria-labelledby="key-help-title"
      onClose={() => {
        showsHelp.value = false;
      }}
    >
      <h2 id="key-help-title">{KEY_WORDS.title}</h2>
      <dl>
        {keys
          .filter(([, action]) => isStaff || !OF_STAFF.has(action))
          .map(([key, action]) => (
            <Entry key={key} keys={[key]} words={KEY_WORDS.actions[action]} />
          ))}
        <Entry keys={["Ctrl", "Enter"]} words={KEY_WORDS.send} />
      </dl>
      <form method="dialog" class="key-help-end">
        <label>
          <input
            type="checkbox"
            checked={keySetting.isOn.value}
            onChange={(event) => keySetting.set(event.currentTarget.checked)}
          />{" "}
          {KEY_WORDS.on}
        </label>
        <button type="submit" class="button">
          {KEY_WORDS.close}
        </button>
      </form>
    </dialog>
  );
}

function Entry({ keys, words }: { keys: string[]; words: string }) {
  return (
    <div class="key-help-entry">
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{words}</dd>
    </div>
  );
}
