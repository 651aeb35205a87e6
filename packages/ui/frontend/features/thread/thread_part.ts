/** What is loaded with the first thread. */
import { PendingBar } from "../composer/pending.tsx";
import { pendingBar } from "../composer/pending_slot.tsx";
import { resumePending } from "../composer/writing.ts";

export { ThreadView } from "./thread.tsx";

pendingBar.value = PendingBar;
resumePending();
