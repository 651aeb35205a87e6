/** The list of the keys: what each does, the switch that turns them off, and the way to change them. */
import { useSignal } from "@preact/signals";
import { desk, keySetting } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { useModal } from "../../ui/hooks/use_modal.ts";
import type { Action, Group } from "../commands/action.ts";
import { ACTIONS, GROUP_WORDS } from "../commands/actions.ts";
import { useCloseOverlay } from "../commands/overlays.ts";
import { WAYS } from "../composer/sending.ts";
import { KeyChange } from "./key_change.tsx";
import { KeyList } from "./key_list.tsx";
import { keyMap } from "./key_settings.ts";

const GROUPS: readonly Group[] = ["page", "list", "ticket", "go"];

export function KeyHelp() {
  const { dialog, close } = useModal(useCloseOverlay());
  const isChanging = useSignal(false);
  return (
    <dialog {...dialog} class="key-help" aria-labelledby="key-help-title">
      <h2 id="key-help-title">{t("Keys")}</h2>
      <div class="key-help-groups">
        {GROUPS.map((group) => (
          <KeyGroup key={group} group={group} isChanging={isChanging.value} />
        ))}
      </div>
      <div class="key-help-end">
        <label>
          <input
            type="checkbox"
            checked={keySetting.isOn.value}
            onChange={(event) => keySetting.set(event.currentTarget.checked)}
          />{" "}
          {t("Keys are on")}
        </label>
        {isChanging.value && keyMap.hasChanges && (
          <button type="button" class="button" onClick={() => keyMap.resetAll()}>
            {t("Reset all")}
          </button>
        )}
        <button
          type="button"
          class="button"
          aria-pressed={isChanging.value}
          onClick={() => {
            isChanging.value = !isChanging.value;
          }}
        >
          {t("Change the keys")}
        </button>
        <button type="button" class="button button-strong" onClick={close}>
          {t("Close")}
        </button>
      </div>
    </dialog>
  );
}

function KeyGroup({ group, isChanging }: { group: Group; isChanging: boolean }) {
  const actions = ACTIONS.filter((action) => action.group === group && (desk.isStaff.value || !action.isOfStaff));
  return (
    <section class="key-help-group">
      <h3>{GROUP_WORDS[group]}</h3>
      <dl>
        {actions.map((action) => (
          <Entry key={action.id} action={action} isChanging={isChanging} />
        ))}
        {group === "ticket" && (
          <>
            <FixedEntry keys="Ctrl+Enter" words={t("Send")} />
            {desk.isStaff.value && (
              <>
                {WAYS.filter(({ keys }) => keys.length > 0).map(({ way, words, keys }) => (
                  <FixedEntry key={way} keys={keys.join("+")} words={words} />
                ))}
                <FixedEntry keys="Ctrl+M" words={t("Run a macro")} />
                <FixedEntry keys="/" words={t("Canned reply, in a text")} />
              </>
            )}
          </>
        )}
      </dl>
    </section>
  );
}

function Entry({ action, isChanging }: { action: Action; isChanging: boolean }) {
  return (
    <div class="key-help-entry">
      <dt>
        <KeyList bindings={keyMap.of(action.id)} />
        {isChanging && <KeyChange action={action} />}
      </dt>
      <dd>{action.words}</dd>
    </div>
  );
}

/** A key of the text that is being written, which stays as it is. */
function FixedEntry({ keys, words }: { keys: string; words: string }) {
  return (
    <div class="key-help-entry">
      <dt>
        <KeyList bindings={[keys]} />
      </dt>
      <dd>{words}</dd>
    </div>
  );
}
