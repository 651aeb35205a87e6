/** What is loaded with the first macro. */
export { MacroPicker } from "./macro_picker.tsx";
