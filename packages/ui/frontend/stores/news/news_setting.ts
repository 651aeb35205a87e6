/** How this browser tells its user of news: by the desktop, by a sound, or not at all. Nothing is on until it is asked for. */
import { computed, signal } from "@preact/signals-core";
import { parseFields, QuietStorage, type TextStorage } from "../quiet_storage.ts";
import type { NewsKind } from "./news.ts";

const NAME = "hero_assistance.news";

export type NewsWay = "desktop" | "sound";
export type NewsChoice = Record<NewsWay | NewsKind, boolean>;

const DEFAULT: NewsChoice = { desktop: false, sound: false, ticket: true, reply: true, mention: true };

export class NewsSetting {
  readonly choice = signal<NewsChoice>(DEFAULT);
  readonly isOn = computed(() => this.choice.value.desktop || this.choice.value.sound);
  readonly #storage: QuietStorage;

  constructor(storage: () => TextStorage) {
    this.#storage = new QuietStorage(storage);
    this.read();
  }

  /** Take what another tab has set. */
  read(): void {
    const kept = parseFields(this.#storage.read(NAME));
    const known = Object.keys(DEFAULT).filter((name) => typeof kept[name] === "boolean");
    this.choice.value = { ...DEFAULT, ...Object.fromEntries(known.map((name) => [name, kept[name]])) };
  }

  set(name: NewsWay | NewsKind, isOn: boolean): void {
    this.choice.value = { ...this.choice.value, [name]: isOn };
    this.#storage.write(NAME, JSON.stringify(this.choice.value));
  }
}
