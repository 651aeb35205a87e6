/** Where the page starts. */
import "./ui/drawing/first_font.ts";
import "@preact/signals";
import { render } from "preact";
import { configuration, ownStorage, start } from "./app.ts";
import { AccessBar } from "./features/access_bar/access_bar.tsx";
import { followSelection } from "./features/bulk/bulk.ts";
import { followKeys } from "./features/keys/follow_keys.ts";
import { followNews } from "./features/notifications/follow_news.ts";
import { followPrint } from "./features/print/print.ts";
import { followFirstUse, startUse } from "./features/shell/first_use.ts";
import { Shell } from "./features/shell/shell.tsx";
import { hasPending } from "./stores/pending/pending_storage.ts";
import { showHiddenCharacters } from "./ui/text/hidden_characters.ts";

const page = document.getElementById("page");
if (page !== null) {
  showHiddenCharacters();
  start();
  render(<Shell />, page);
  followSelection();
  const { access } = configuration;
  const bar = document.getElementById("access");
  if (access !== null && bar !== null) render(<AccessBar access={access} />, bar);
  followKeys();
  followPrint();
  followNews();
  followFirstUse();
  // What a page before this one has left is sent, whether a ticket is opened or not.
  if (hasPending(() => ownStorage)) startUse();
}
