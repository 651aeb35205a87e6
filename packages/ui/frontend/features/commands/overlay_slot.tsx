/** What stands over the page, each a part of its own. */
import { lazyPart } from "../../ui/lazy.tsx";
import { overlay } from "./overlays.ts";

const KeyHelp = lazyPart(async () => (await import("../keys/keys_part.ts")).KeyHelp);
const Search = lazyPart(async () => (await import("../search/search_part.ts")).SearchDialog);
const Palette = lazyPart(async () => (await import("./palette_part.ts")).Palette);
const Merge = lazyPart(async () => (await import("../merge_split/merge_part.ts")).MergeDialog);

/** Load what a user types into at once. */
export async function loadOverlays(): Promise<void> {
  await Promise.all([Search.load(), Palette.load()]);
}

export function Overlays() {
  const shown = overlay.value;
  if (shown === null) return null;
  // One that takes the place of another of its kind is a dialog of its own.
  if (shown.name === "help") return <KeyHelp key={shown} />;
  if (shown.name === "palette") return <Palette key={shown} />;
  if (shown.name === "search") return <Search key={shown} query={shown.query} />;
  return <Merge key={shown} {...shown} />;
}
