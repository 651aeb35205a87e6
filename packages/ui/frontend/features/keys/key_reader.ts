/** Reads keys one after another, and says which action they come to. */
import type { Bindings } from "../../stores/keys/key_map.ts";

// After a longer pause, a second key is a key of its own.
export const SEQUENCE_MS = 1_200;

/** `waiting` is the first key of a longer binding. */
export type Read = { action: string } | "waiting" | null;

export class KeyReader {
  #before = "";
  #readAt = 0;

  /** Return what a stroke comes to among the bindings of the actions that can be run now. */
  read(stroke: string, bindings: Bindings, now = Date.now()): Read {
    const isSecond = this.#before !== "" && now - this.#readAt <= SEQUENCE_MS;
    const whole = isSecond ? `${this.#before} ${stroke}` : stroke;
    this.#readAt = now;
    this.#before = "";
    // A second key that comes to nothing is taken with the first: it was meant for something else.
    const found = find(bindings, (binding) => binding === whole);
    if (found !== null) return { action: found };
    if (find(bindings, (binding) => binding.startsWith(`${whole} `)) === null) return null;
    this.#before = whole;
    return "waiting";
  }

  /** Forget a first key. */
  reset(): void {
    this.#before = "";
  }
}

function find(bindings: Bindings, fits: (binding: string) => boolean): string | null {
  for (const [action, keys] of Object.entries(bindings)) {
    if (keys.some(fits)) return action;
  }
  return null;
}
