/** The first sign that the page is used: what the first view does without comes then, before it is wanted. */
import { desk } from "../../app.ts";
import { loadParts } from "./shell.tsx";

/** Load the parts at the first sign of use, and count the page as used. */
export function followFirstUse(): void {
  const over = new AbortController();
  const listen = (sign: "keydown" | "pointerdown" | "pointermove" | "pointerup" | "pointercancel", begin: Listener) =>
    addEventListener(sign, begin, { passive: true, signal: over.signal });
  const use = () => {
    over.abort();
    startUse();
  };
  listen("keydown", use);
  listen("pointermove", (event) => {
    if (isOnItsWay(event as PointerEvent)) use();
  });
  // What the page asks for from now on changes where things are: not while a finger is down on one of them.
  listen("pointerdown", () => void loadParts());
  listen("pointerup", use);
  listen("pointercancel", use);
}

/** Count the page as used. */
export function startUse(): void {
  desk.isUsed.value = true;
  void loadParts();
}

type Listener = (event: Event) => void;

/** A page that opens under a pointer at rest is told of it as of a move, and a finger that is down is about to let go. */
function isOnItsWay({ movementX, movementY, buttons }: PointerEvent): boolean {
  return (movementX !== 0 || movementY !== 0) && buttons === 0;
}
