/** What is loaded with the first news. */
export { markIcon } from "./icon.ts";
export { tell } from "./tell.ts";
