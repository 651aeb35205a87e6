/** What is loaded with the first who is at a ticket of the list. */
export { RowWatchers } from "./row_watchers.tsx";
