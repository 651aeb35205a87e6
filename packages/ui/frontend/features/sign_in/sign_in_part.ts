/** What is loaded when somebody signs in. */
export { Gate, SignInView } from "./sign_in.tsx";
