/** What a text in Markdown becomes: plain data, of which nothing is HTML. */
import type { Attachment } from "../../api/wire.ts";

export type Parent = { children: Node[] };

export type Node =
  /** `plain` is a whole text that is shown as it was written. */
  | { kind: "text" | "code" | "plain"; text: string }
  | { kind: "break" | "rule" }
  | ({ kind: "strong" | "emphasis" | "strike" | "paragraph" | "tight" | "quote" } & Parent)
  | ({ kind: "heading"; level: number } & Parent)
  /** `shown` is where the link leads, for one whose words say something else; null where they do not. */
  | ({ kind: "link"; target: string; shown: string | null } & Parent)
  | { kind: "picture"; attachment: Attachment; words: string }
  | ({ kind: "file"; attachment: Attachment } & Parent)
  /** `start` is the number of the first item; null for a list without numbers. */
  | { kind: "list"; start: number | null; items: Item[] }
  | { kind: "block"; text: string; language: string }
  | { kind: "table"; rows: Cell[][] };

/** `checked` is null for an item that is no task. */
export type Item = { checked: boolean | null } & Parent;
export type Cell = { isHead: boolean; align: "start" | "center" | "end" } & Parent;

/** Return the words of nodes, without their form. */
export function wordsOf(nodes: Node[]): string {
  return nodes.map(wordsOfNode).join("");
}

function wordsOfNode(node: Node): string {
  if ("children" in node) return wordsOf(node.children);
  if (node.kind === "picture") return node.words;
  if (node.kind === "break") return " ";
  return "text" in node ? node.text : "";
}
