/** Printing: on paper is the whole thread, so what a reader has not looked up yet is fetched before. */
import { desk } from "../../app.ts";
import { afterPicture } from "../../ui/drawing/next_picture.ts";
import { isPrinting } from "../timeline/printing.ts";

/** Have the keys of the browser's own print print all of what is open. */
export function followPrint(): void {
  document.addEventListener("keydown", (event) => {
    if (!isPrint(event) || isComplete()) return;
    event.preventDefault();
    void printAll();
  });
}

function isPrint({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "p" && ctrlKey !== metaKey && !altKey && !shiftKey;
}

/** Fetch every older message of the open thread, then print; what cannot be fetched is not waited for. */
async function printAll(): Promise<void> {
  try {
    while (!isComplete()) await loadMore();
  } catch {
    // The thread says itself that there are older messages.
  }
  // `beforeprint` is too late here: nothing is drawn while a script waits in `print`.
  isPrinting.value = true;
  await drawn();
  window.print();
}

function isComplete(): boolean {
  const open = openThread();
  return open === null || open.thread.cursor.value === null;
}

async function loadMore(): Promise<void> {
  const open = openThread();
  if (open === null) return;
  const before = open.thread.cursor.value;
  await open.project.loadOlder(open.ticketId);
  if (open.thread.cursor.value === before) throw new Error("the answer was for another reader");
}

function openThread() {
  const open = desk.openTicket.peek();
  const thread = open?.project.data.thread(open.ticketId);
  return open === null || thread === undefined ? null : { ...open, thread };
}

/** What was fetched is on the page after the next frame. */
function drawn(): Promise<void> {
  return new Promise((done) => void afterPicture(() => done()));
}
