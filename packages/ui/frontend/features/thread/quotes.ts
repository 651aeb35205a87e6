/** The quote that a message ends with, as mails have it: lines that begin with a `>`. */

// A shorter one is read faster than it is opened.
const FOLDED_LINES = 2;

export type Folded = { text: string; quote: string };

/** Return a message's text, and the quote at its end that is folded; empty for none. */
export function foldQuote(body: string): Folded {
  const lines = body.split("\n");
  let start = lines.length;
  while (start > 0 && lines[start - 1]?.startsWith(">")) start -= 1;
  const text = lines.slice(0, start).join("\n").trimEnd();
  if (text === "" || lines.length - start < FOLDED_LINES) return { text: body, quote: "" };
  const quoted = lines.slice(start).map((line) => line.replace(/^> ?/, ""));
  return { text, quote: quoted.join("\n") };
}
