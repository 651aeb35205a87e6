/** What is loaded with the first text in Markdown. */
export { Markdown } from "./markdown.tsx";
