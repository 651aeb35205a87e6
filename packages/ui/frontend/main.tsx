/** Where the page starts. */
import "@preact/signals";
import { render } from "preact";
import { start } from "./app.ts";
import { followKeys } from "./features/keys/follow_keys.ts";
import { loadParts, Shell } from "./features/shell/shell.tsx";

const page = document.getElementById("page");
if (page !== null) {
  start();
  render(<Shell />, page);
  followKeys();
  // The other parts come with the first sign of use, so that they are there before they are wanted.
  for (const sign of ["pointerdown", "pointermove", "keydown"]) {
    addEventListener(sign, () => void loadParts(), { once: true, passive: true });
  }
}
