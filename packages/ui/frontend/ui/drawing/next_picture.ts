/** Waits for what is in the document to be seen: what can come later is done then, and holds nothing up. */

/** Run something once the document, as it stands now, is drawn; returns the function that gives it up. */
export function afterPicture(act: () => void): () => void {
  // The callbacks of a frame come before it is drawn: those of the next one come when this one is seen.
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(act);
  });
  return () => cancelAnimationFrame(frame);
}
