/** The part of the page that is loaded with the list of the keys. It imports the entry so that it holds only what that lacks. */
import "../../main.tsx";

export { KeyHelp } from "./key_help.tsx";
