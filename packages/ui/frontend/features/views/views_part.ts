/** What is loaded with the saved views. */

export { ViewsDialog } from "./views_dialog.tsx";
