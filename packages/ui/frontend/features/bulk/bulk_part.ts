/** What is loaded when tickets are first selected. */
export { BulkBar } from "./bulk_bar.tsx";
