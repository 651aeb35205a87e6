/** What is loaded with the first merge. */
export { MergeDialog } from "./merge_dialog.tsx";
