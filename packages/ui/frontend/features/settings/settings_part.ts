/** What is loaded with the settings. */
export { SettingsView } from "./settings.tsx";
