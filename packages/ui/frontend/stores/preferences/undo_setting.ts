/** How long a reply of an agent's can be taken back after it was sent; kept in the browser. */
import { signal } from "@preact/signals-core";
import { QuietStorage, type TextStorage } from "../quiet_storage.ts";

// The longest is ten times the default, and more, for those who read slowly.
export const UNDO_CHOICES_S = [0, 5, 10, 20, 60] as const;
const DEFAULT_S = 5;
const NAME = "hero_assistance.undo_seconds";

export class UndoSetting {
  readonly #storage: QuietStorage;
  readonly seconds = signal(DEFAULT_S);

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
    const kept = this.#storage.read(NAME);
    const known = UNDO_CHOICES_S.find((choice) => String(choice) === kept);
    if (known !== undefined) this.seconds.value = known;
  }

  set(seconds: number): void {
    this.seconds.value = seconds;
    this.#storage.write(NAME, String(seconds));
  }
}
