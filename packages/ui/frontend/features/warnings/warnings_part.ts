/** What the shell loads when it first has a warning to show. */
export { Warnings } from "./warnings.tsx";
