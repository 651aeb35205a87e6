/** What is loaded with the first search. */
export { SearchDialog } from "./search_dialog.tsx";
