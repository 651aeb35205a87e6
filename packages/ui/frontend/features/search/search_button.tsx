/** The way to the search for who uses no keys. */
import { keySetting } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { Lens } from "../../ui/icons.tsx";
import { overlay } from "../commands/overlays.ts";
import { keyMap } from "../keys/key_settings.ts";

export function SearchButton() {
  const open = () => {
    overlay.value = { name: "search", query: "" };
  };
  const [key] = keySetting.isOn.value ? keyMap.of("search") : [];
  return (
    <button type="button" class="search-button" aria-haspopup="dialog" aria-keyshortcuts={key} onClick={open}>
      <Lens />
      <span>{t("Search")}</span>
      {key !== undefined && (
        <span class="search-key" aria-hidden="true">
          <kbd>{key}</kbd>
        </span>
      )}
    </button>
  );
}
