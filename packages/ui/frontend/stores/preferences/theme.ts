/** Dark, light, or what the system prefers: chosen in this browser, and shown from the first paint on. */
import { signal } from "@preact/signals-core";
import { rememberChoice } from "../../i18n/remembered_choice.ts";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const COOKIE = "hero_theme";
/** The browser's own bars, in the colour of the page's head: `--bar` of ui/colours.css. */
const BARS = { dark: "#10151c", light: "#ffffff" };

/** How the page looks now. */
export const theme = signal<Theme>(parseTheme(globalThis.document?.documentElement.dataset.theme));

/** Show a theme in this window; it is for this view alone, as in another site's frame. */
export function showTheme(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.dataset.theme = chosen;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = barColour(chosen, meta.media.includes("dark") ? "dark" : "light");
  }
}

/** Show a theme, and keep it for this browser. */
export function setTheme(chosen: Theme): void {
  showTheme(chosen);
  rememberChoice(COOKIE, chosen);
}

/** Return a theme; what is none is dark. */
export function parseTheme(text: string | undefined): Theme {
  return THEMES.find((name) => name === text) ?? "dark";
}

/** Return the colour of the browser's bars, where the system prefers `preferred`. */
export function barColour(chosen: Theme, preferred: "dark" | "light"): string {
  return BARS[chosen === "system" ? preferred : chosen];
}
