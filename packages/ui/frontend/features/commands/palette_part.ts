/** What is loaded when the palette is first opened. */
export { Palette } from "./palette.tsx";
