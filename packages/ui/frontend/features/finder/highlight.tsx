/** A text with the parts that were found in it; each part is text, and nothing of it is markup. */
import type { Range } from "./fuzzy.ts";

export function Highlight({ text, ranges }: { text: string; ranges: readonly Range[] }) {
  const parts = [];
  let end = 0;
  for (const range of ranges) {
    parts.push(text.slice(end, range.start), <mark key={range.start}>{text.slice(range.start, range.end)}</mark>);
    end = range.end;
  }
  return (
    <bdi>
      {parts}
      {text.slice(end)}
    </bdi>
  );
}
