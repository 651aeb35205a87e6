/** The last few things that a user has looked for or run, in this browser; another user of it has their own. */
import { signal } from "@preact/signals-core";
import { parseKept, QuietStorage, type TextStorage } from "../quiet_storage.ts";

const LONGEST = 200;

export class RecentTexts {
  /** The last one first. */
  readonly texts = signal<readonly string[]>([]);
  readonly #storage: QuietStorage;
  readonly #name: string;
  readonly #most: number;

  constructor(storage: () => TextStorage, name: string, most = 8) {
    this.#storage = new QuietStorage(storage);
    this.#name = `hero_assistance.${name}`;
    this.#most = most;
    this.texts.value = parseTexts(this.#storage.read(this.#name)).slice(0, most);
  }

  add(text: string): void {
    if (text === "" || text.length > LONGEST) return;
    this.#take([text, ...this.texts.peek().filter((one) => one !== text)].slice(0, this.#most));
  }

  remove(text: string): void {
    this.#take(this.texts.peek().filter((one) => one !== text));
  }

  clear(): void {
    this.#take([]);
  }

  #take(texts: readonly string[]): void {
    this.texts.value = texts;
    this.#storage.write(this.#name, texts.length === 0 ? "" : JSON.stringify(texts));
  }
}

function parseTexts(kept: string): string[] {
  const texts = parseKept(kept);
  return Array.isArray(texts) ? texts.filter((text) => typeof text === "string") : [];
}
