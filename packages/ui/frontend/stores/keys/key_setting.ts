/** Whether the keys are on, in this browser: who speaks to a computer, or slips, turns them off. */
import { signal } from "@preact/signals-core";
import { QuietStorage, type TextStorage } from "../quiet_storage.ts";

const NAME = "hero_assistance.keys";

export class KeySetting {
  readonly isOn = signal(true);
  readonly #storage: QuietStorage;

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
    this.isOn.value = this.#storage.read(NAME) !== "off";
  }

  set(isOn: boolean): void {
    this.isOn.value = isOn;
    this.#storage.write(NAME, isOn ? "on" : "off");
  }
}
