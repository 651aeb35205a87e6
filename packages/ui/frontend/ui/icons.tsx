/** Small drawings; each stands next to its word, so none is read aloud. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

const drawing = (path: string) => () => (
  <Icon>
    <path d={path} />
  </Icon>
);

export const Back = drawing("M9.5 3.5 5 8l4.5 4.5");
export const Plus = drawing("M8 3.25v9.5M3.25 8h9.5");
export const Send = drawing("M13.5 2.5 7 9M13.5 2.5l-4 11L7 9 2.5 6.5z");
export const Down = drawing("M8 3v10M3.5 8.5 8 13l4.5-4.5");
export const FileIcon = drawing("M4 2.75h5l3 3v7.5H4zM9 2.75v3h3");
export const Clip = drawing(
  "M13 7.5 8.2 12.3a3 3 0 0 1-4.3-4.3l5-5a2 2 0 0 1 2.9 2.8L7 10.6a1 1 0 0 1-1.4-1.4l4.2-4.2",
);
export const Close = drawing("M4.5 4.5l7 7M11.5 4.5l-7 7");
export const MailIcon = drawing("M2.5 3.75h11v8.5h-11zM2.75 4.25 8 8.5l5.25-4.25");
export const Talk = drawing(
  "M2.75 12.75V5A2.25 2.25 0 0 1 5 2.75h6A2.25 2.25 0 0 1 13.25 5v3.5A2.25 2.25 0 0 1 11 10.75H5.5z",
);
export const Warning = drawing("M8 2.5 14 13H2zM8 6.75v2.75M8 11.35v.05");
export const Lock = () => (
  <Icon>
    <rect x="3.25" y="7" width="9.5" height="6.25" rx="1.5" />
    <path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />
  </Icon>
);

/** The desk's mark. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="32" height="32" rx="8" />
    <path class="mark-talk" d="M9 21.5v-9a3.5 3.5 0 0 1 3.5-3.5h7a3.5 3.5 0 0 1 3.5 3.5v4a3.5 3.5 0 0 1-3.5 3.5H14z" />
    <path class="mark-lines" d="M13 13.2h6M13 16.2h4" />
  </svg>
);
