/** The words of signing in, and of the list of devices: they are loaded with their views. */
import { t } from "./translate.ts";

export const SIGN_IN = {
  title: t("Sign in"),
  titleOf: (project: string) => t("Sign in to {project}", { project }),
  lead: t("We send a link and a code to your e-mail address. No password is needed."),
  noLetters: t("This desk sends no mail. Ask the people who run it for a link, or for a code to type here."),
  ended: t("You are signed out here: this session has ended. Sign in again, and you are back where you were."),
  or: t("or"),
  passkey: t("Sign in with a passkey"),
  askingPasskey: t("Waiting for your device…"),
  noPasskey: t("No passkey was used. If you have none for this desk, sign in another way, and add one under Devices."),
  withProvider: (provider: string) => t("Sign in with {provider}", { provider }),
  email: t("E-mail address"),
  emailPlaceholder: t("you@example.org"),
  send: t("Send me a code"),
  sending: t("Sending…"),
  next: t("Next"),
  haveCode: t("I have a code already"),
  codeTitle: t("Enter your code"),
  lookTitle: t("Look into your mail"),
  sentAgain: t("Another letter is on its way. Only the newest one counts."),
  how: t("Open its link on this device, or type its code here. Both count for 15 minutes."),
  code: t("Code of six digits"),
  enter: t("Sign in"),
  entering: t("Signing in…"),
  again: t("Send another letter"),
  other: t("Use another address"),
  back: t("All tickets"),
};

export const DEVICES = {
  title: t("Devices"),
  lead: t("Where you are signed in. Sign out what you do not know, or do not use any more: it ends at once."),
  leadOf: (project: string) => t("At {project}", { project }),
  none: t("No device is signed in by this desk: the server in front of it says who you are."),
  current: t("This device"),
  never: t("not used yet"),
  revoke: t("Sign out"),
  revoking: t("Signing out…"),
  browser: t("Browser"),
  overlay: t("Device of the overlay"),
};

export const PASSKEYS = {
  title: t("Passkeys"),
  lead: t("A passkey signs you in with the lock of your device or a security key, without waiting for a mail."),
  none: t("You have no passkey yet."),
  add: t("Add a passkey"),
  adding: t("Waiting for your device…"),
  notMade: t("No passkey was made."),
  cannot: t("Passkeys are made where the page has a domain name with TLS, in a browser that has them."),
  unnamed: t("A passkey"),
  never: t("not used yet"),
  remove: t("Remove"),
  removing: t("Removing…"),
};
