// @ts-check
/** Where the page starts. */
import { render } from "preact";

import { start } from "./desk.js";
import { html } from "./html.js";
import { Shell } from "./views/shell.js";

// Opened below a prefix without the slash at its end, links within the page would lead out of it.
const base = new URL(".", document.baseURI).pathname;
if (location.pathname !== base) history.replaceState(null, "", base + location.search + location.hash);

const page = document.getElementById("page");
if (page !== null) {
  start();
  render(html`<${Shell} />`, page);
}
