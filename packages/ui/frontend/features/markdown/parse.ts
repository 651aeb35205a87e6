/** Makes the tree of a text in Markdown, of the tokens that the parser finds. */
import type { Attachment } from "../../api/wire.ts";
import { fileIdOf, visibleTarget } from "./links.ts";
import { isTooDeep, type Token, tokenize } from "./parser.ts";
import { type Cell, type Item, type Node, wordsOf } from "./tree.ts";

/** A text's tree, and the files that stand in it. */
export type Parsed = { nodes: Node[]; placed: ReadonlySet<Attachment> };

const TASK = /^\[([ xX])\]\s+/;
const MARKS = { strong: "strong", em: "emphasis", s: "strike" } as const;

/** Parse a text; pictures stand in it when they are among these files. */
export function parseMarkdown(text: string, attachments: readonly Attachment[] = []): Parsed {
  if (isTooDeep(text)) return { nodes: [{ kind: "plain", text }], placed: new Set() };
  const pictures = attachments.filter(({ width }) => width !== null);
  const tokens = tokenize(text, new Set(pictures.map(({ name }) => name)));
  const reader = new Reader(tokens, attachments, new Set());
  return { nodes: reader.readAll(), placed: reader.placed };
}

/** Walks over tokens, which stand flat: what is between one that opens and the one that closes are its children. */
class Reader {
  readonly placed: Set<Attachment>;
  readonly #tokens: Token[];
  readonly #attachments: readonly Attachment[];
  #at = 0;

  constructor(tokens: Token[], attachments: readonly Attachment[], placed: Set<Attachment>) {
    this.#tokens = tokens;
    this.#attachments = attachments;
    this.placed = placed;
  }

  /** Read up to the end, or to the token that closes what was opened; that one is taken too. */
  readAll(): Node[] {
    const nodes: Node[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting !== -1; token = this.#next()) {
      nodes.push(...this.#read(token));
    }
    return joinTexts(nodes);
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #read(token: Token): Node[] {
    if (token.type === "inline") return new Reader(token.children ?? [], this.#attachments, this.placed).readAll();
    return token.nesting === 1 ? this.#readOpened(token) : this.#readSingle(token);
  }

  #readSingle(token: Token): Node[] {
    switch (token.type) {
      case "code_inline":
        return [{ kind: "code", text: token.content }];
      case "fence":
        return [{ kind: "block", text: token.content, language: token.info.trim().split(/\s+/)[0] ?? "" }];
      case "hr":
        return [{ kind: "rule" }];
      case "softbreak":
      case "hardbreak":
        return [{ kind: "break" }];
      case "image":
        return this.#readImage(token);
      case "placed_picture":
        return this.#place(
          this.#attachments.find(({ name, width }) => name === token.content && width !== null),
          token.content,
          `[picture: ${token.content}]`,
        );
      default:
        return token.content === "" ? [] : [{ kind: "text", text: token.content }];
    }
  }

  #readOpened(token: Token): Node[] {
    switch (token.tag) {
      case "table":
        return [{ kind: "table", rows: this.#readRows() }];
      case "ul":
        return [{ kind: "list", start: null, items: this.#readItems() }];
      case "ol":
        return [{ kind: "list", start: Number(attributeOf(token, "start") || 1), items: this.#readItems() }];
      case "a":
        return [this.#readLink(attributeOf(token, "href"))];
      default:
        return [this.#readMarked(token)];
    }
  }

  #readMarked({ tag, hidden }: Token): Node {
    const children = this.readAll();
    if (tag === "blockquote") return { kind: "quote", children };
    if (tag === "strong" || tag === "em" || tag === "s") return { kind: MARKS[tag], children };
    if (/^h[1-6]$/.test(tag)) return { kind: "heading", level: Number(tag[1]), children };
    return { kind: hidden ? "tight" : "paragraph", children };
  }

  #readLink(href: string): Node {
    const children = this.readAll();
    const id = fileIdOf(href);
    if (id === null) return linkTo(href, children);
    const attachment = this.#attachments.find(({ attachment_id }) => attachment_id === id);
    return attachment === undefined ? { kind: "tight", children } : { kind: "file", attachment, children };
  }

  /** A picture of the ticket stands in the text; one of another place would tell that place who reads: it is a link. */
  #readImage(token: Token): Node[] {
    const source = attributeOf(token, "src");
    const words = wordsOf(new Reader(token.children ?? [], [], new Set()).readAll());
    const id = fileIdOf(source);
    if (id === null) return [linkTo(source, words === "" ? [] : [{ kind: "text", text: words }])];
    const attachment = this.#attachments.find(({ attachment_id, width }) => attachment_id === id && width !== null);
    return this.#place(attachment, words, words);
  }

  /** Each picture stands in a text once. */
  #place(attachment: Attachment | undefined, words: string, otherwise: string): Node[] {
    if (attachment === undefined || this.placed.has(attachment)) return [{ kind: "text", text: otherwise }];
    this.placed.add(attachment);
    return [{ kind: "picture", attachment, words: words || attachment.name }];
  }

  #readItems(): Item[] {
    const items: Item[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting !== -1; token = this.#next()) {
      items.push(itemOf(this.readAll()));
    }
    return items;
  }

  /** The rows of a table's head and of its body, one after the other. */
  #readRows(): Cell[][] {
    const rows: Cell[][] = [];
    for (let token = this.#next(); token !== undefined && token.type !== "table_close"; token = this.#next()) {
      if (token.type === "tr_open") rows.push([]);
      else if (token.nesting === 1 && (token.tag === "th" || token.tag === "td"))
        rows.at(-1)?.push(this.#readCell(token));
    }
    return rows;
  }

  #readCell(token: Token): Cell {
    const style = attributeOf(token, "style");
    const align = style.endsWith("center") ? "center" : style.endsWith("right") ? "end" : "start";
    return { isHead: token.tag === "th", align, children: this.readAll() };
  }
}

function attributeOf(token: Token, name: string): string {
  return String(token.attrGet(name) ?? "");
}

function linkTo(target: string, children: Node[]): Node {
  return { kind: "link", target, shown: visibleTarget(target, wordsOf(children)), children };
}

/** An item that begins with `[ ]` or `[x]` is a task. */
function itemOf(children: Node[]): Item {
  const [first, ...rest] = children;
  const paragraph = first !== undefined && (first.kind === "tight" || first.kind === "paragraph") ? first : null;
  const [words, ...others] = paragraph?.children ?? [];
  const match = words?.kind === "text" ? TASK.exec(words.text) : null;
  if (paragraph === null || match === null || words?.kind !== "text") return { checked: null, children };
  const text: Node = { kind: "text", text: words.text.slice(match[0].length) };
  return { checked: match[1] !== " ", children: [{ ...paragraph, children: [text, ...others] }, ...rest] };
}

/** Texts that follow each other are one: what is looked for in a text is not cut by a sign that means nothing. */
function joinTexts(nodes: Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === "text" && last?.kind === "text") last.text += node.text;
    else joined.push(node.kind === "text" ? { ...node } : node);
  }
  return joined;
}
