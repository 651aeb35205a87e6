/** What is loaded with the first thread. */
export { ThreadView } from "./thread.tsx";
