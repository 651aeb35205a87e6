/** Whether the keys are on, in this browser: who speaks to a computer, or slips, turns them off. */
import { signal } from "@preact/signals-core";

const NAME = "hero_assistance.keys";

export type SettingStorage = Pick<Storage, "getItem" | "setItem">;

export class KeySetting {
  readonly isOn = signal(true);
  readonly #storage: () => SettingStorage;

  /** `storage` may throw: browsers do where it is switched off. */
  constructor(storage: () => SettingStorage) {
    this.#storage = storage;
    try {
      this.isOn.value = storage().getItem(NAME) !== "off";
    } catch {
      // Switched off: they are on, as at first.
    }
  }

  set(isOn: boolean): void {
    this.isOn.value = isOn;
    try {
      this.#storage().setItem(NAME, isOn ? "on" : "off");
    } catch {
      // The choice lives as long as the page.
    }
  }
}
