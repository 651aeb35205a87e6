/** The words of signing in, and of the list of devices: they are loaded with their views. */

export const SIGN_IN = {
  title: "Sign in",
  titleOf: (project: string) => `Sign in to ${project}`,
  lead: "We send a link and a code to your e-mail address. No password is needed.",
  email: "E-mail address",
  emailPlaceholder: "you@example.org",
  send: "Send me a code",
  sending: "Sending…",
  haveCode: "I have a code already",
  codeTitle: "Enter your code",
  codeFor: "The code that was sent or given to you, for",
  lookTitle: "Look into your mail",
  sentTo: "If the desk knows this address, a letter is on its way to",
  sentAgain: "Another letter is on its way. Only the newest one counts.",
  how: "Open its link on this device, or type its code here. Both count for 15 minutes.",
  code: "Code of six digits",
  enter: "Sign in",
  entering: "Signing in…",
  again: "Send another letter",
  other: "Use another address",
  back: "All tickets",
};

export const DEVICES = {
  title: "Devices",
  lead: "Where you are signed in. Sign out what you do not know, or do not use any more: it ends at once.",
  leadOf: (project: string) => `At ${project}`,
  none: "No device is signed in by this desk: the server in front of it says who you are.",
  current: "This device",
  since: "signed in:",
  seen: "last used:",
  never: "not used yet",
  revoke: "Sign out",
  revoking: "Signing out…",
  browser: "Browser",
  overlay: "Device of the overlay",
};
