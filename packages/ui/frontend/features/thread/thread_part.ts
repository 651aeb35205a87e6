/** The part of the page that is loaded with this view. It imports the entry so that it holds only what that lacks. */
import "../../main.tsx";

export { ThreadView } from "./thread.tsx";
