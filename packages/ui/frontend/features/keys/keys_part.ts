/** What is loaded with the list of the keys. */
export { KeyHelp } from "./key_help.tsx";
