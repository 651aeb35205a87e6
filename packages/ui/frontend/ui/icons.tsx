/** Small drawings; each stands next to its word, so none is read aloud. */
import type { ComponentChildren } from "preact";

/** `turns` is for one that points along the line: where text runs from right to left, it points the other way. */
function Icon({ children, turns = false }: { children: ComponentChildren; turns?: boolean }) {
  return (
    <svg
      class={turns ? "icon icon-turns" : "icon"}
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

const drawing =
  (path: string, turns = false) =>
  () => (
    <Icon turns={turns}>
      <path d={path} />
    </Icon>
  );

export const Back = drawing("M9.5 3.5 5 8l4.5 4.5", true);
export const Plus = drawing("M8 3.25v9.5M3.25 8h9.5");
export const Send = drawing("M13.5 2.5 7 9M13.5 2.5l-4 11L7 9 2.5 6.5z", true);
export const Down = drawing("M8 3v10M3.5 8.5 8 13l4.5-4.5");
export const FileIcon = drawing("M4 2.75h5l3 3v7.5H4zM9 2.75v3h3");
export const Clip = drawing(
  "M13 7.5 8.2 12.3a3 3 0 0 1-4.3-4.3l5-5a2 2 0 0 1 2.9 2.8L7 10.6a1 1 0 0 1-1.4-1.4l4.2-4.2",
);
export const Close = drawing("M4.5 4.5l7 7M11.5 4.5l-7 7");
export const Lens = drawing("M7 2.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5zM10.1 10.1l3.4 3.4");
export const MailIcon = drawing("M2.5 3.75h11v8.5h-11zM2.75 4.25 8 8.5l5.25-4.25");
export const Talk = drawing(
  "M2.75 12.75V5A2.25 2.25 0 0 1 5 2.75h6A2.25 2.25 0 0 1 13.25 5v3.5A2.25 2.25 0 0 1 11 10.75H5.5z",
);
export const ThumbUp = drawing(
  "M5 7.25v5.5H3v-5.5zM5 7.25 7.5 2.5a1.4 1.4 0 0 1 1.4 1.4v2.35h3.3a1.2 1.2 0 0 1 1.2 1.4l-.8 4.1a1.2 1.2 0 0 1-1.2 1H5",
);
export const ThumbDown = drawing(
  "M5 8.75v-5.5H3v5.5zM5 8.75l2.5 4.75a1.4 1.4 0 0 0 1.4-1.4V9.75h3.3a1.2 1.2 0 0 0 1.2-1.4l-.8-4.1a1.2 1.2 0 0 0-1.2-1H5",
);
export const Chart = drawing("M2.75 13.25h10.5M4.5 10.75v-3M8 10.75V3.5M11.5 10.75V6");
export const Sliders = drawing(
  "M2.5 4.75h6M11.5 4.75h2M2.5 11.25h2M7.5 11.25h6M8.5 3v3.5M11.5 3v3.5M4.5 9.5V13M7.5 9.5V13",
);
export const Warning = drawing("M8 2.5 14 13H2zM8 6.75v2.75M8 11.35v.05");
export const Chevron = drawing("M4 6.25 8 10.25l4-4");
export const Eye = drawing(
  "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8zM8 6.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5z",
);
export const Bolt = drawing("M8.75 1.75 3.5 9H8l-.75 5.25L12.5 7H8z");
export const Rows = drawing("M2.75 3.5h10.5v3.5H2.75zM2.75 9.5h10.5V13H2.75z");
export const RowsDense = drawing("M2.75 3.25h10.5M2.75 6.4h10.5M2.75 9.6h10.5M2.75 12.75h10.5");
export const Pencil = drawing("M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.4 4.4l2.2 2.2");
export const Up = drawing("M8 13V3M3.5 7.5 8 3l4.5 4.5");
export const CopyIcon = drawing("M5.75 5.75h7.5v7.5h-7.5zM10.25 5.75v-3h-7.5v7.5h3");
export const LinkIcon = drawing(
  "M6.75 9.25l2.5-2.5M7 4.75l1.5-1.5a3 3 0 0 1 4.25 4.25l-1.5 1.5M9 11.25l-1.5 1.5A3 3 0 0 1 3.25 8.5l1.5-1.5",
);
export const CheckIcon = drawing("M3 8.5 6.5 12 13 4.5");
export const LeftIcon = drawing("M10 3 5 8l5 5", true);
export const RightIcon = drawing("M6 3l5 5-5 5", true);
export const DownloadIcon = drawing("M8 2.75v7.5M4.5 7 8 10.5 11.5 7M3 13.25h10");
export const ZoomInIcon = drawing("M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM10 10l3.25 3.25M7 5.25v3.5M5.25 7h3.5");
export const ZoomOutIcon = drawing("M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM10 10l3.25 3.25M5.25 7h3.5");
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
