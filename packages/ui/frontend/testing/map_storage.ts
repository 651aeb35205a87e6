/** A browser's storage whose texts a test can see. */
import type { NamedStorage } from "../stores/offline/placed_storage.ts";

/** Return a storage that keeps its texts in `kept`. */
export function mapStorage(kept = new Map<string, string>()): NamedStorage {
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => void kept.set(name, text),
    removeItem: (name) => void kept.delete(name),
    key: (number) => [...kept.keys()][number] ?? null,
    get length() {
      return kept.size;
    },
  };
}
