/** What every form does. */

export function sendOnCtrlEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  (event.currentTarget as HTMLFormElement).requestSubmit();
}

// What the style adds around a text: its border.
const BORDER_PX = 2;

/** Make a field as high as its text, up to what the style allows. */
export function fitHeight(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  // Most browsers do it by the style: then nothing is measured, and only the height to which the field was pulled goes.
  if (CSS.supports("field-sizing", "content")) {
    area.style.height = "";
    return;
  }
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + BORDER_PX}px`;
}
