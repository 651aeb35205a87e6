import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attachment } from "../../api/wire.ts";
import { cpuTimeOf } from "../../testing/cpu_time.ts";
import { parseMarkdown } from "./parse.ts";
import { type Node, wordsOf } from "./tree.ts";

// Each takes less than half a second; a parser that is not bounded takes minutes.
const BOUND_MS = 4_000;
const LONGEST = 65_536;

function file(id: number, name: string, width: number | null = 4): Attachment {
  return { attachment_id: id, name, size: 1, type: "image/png", width, height: width };
}

function text(words: string): Node {
  return { kind: "text", text: words };
}

function nodesOf(source: string, ...attachments: Attachment[]): Node[] {
  return parseMarkdown(source, attachments).nodes;
}

/** The children of a text of one paragraph. */
function lineOf(source: string, ...attachments: Attachment[]): Node[] {
  const [paragraph] = nodesOf(source, ...attachments);
  assert.equal(paragraph?.kind, "paragraph");
  return paragraph?.kind === "paragraph" ? paragraph.children : [];
}

function flat(nodes: Node[]): Node[] {
  return nodes.flatMap((node) => {
    if (node.kind === "list") return [node, ...flat(node.items.flatMap(({ children }) => children))];
    if (node.kind === "table") return [node, ...flat(node.rows.flat().flatMap(({ children }) => children))];
    return "children" in node ? [node, ...flat(node.children)] : [node];
  });
}

test("words have their form, and a line break is one", () => {
  assert.deepEqual(lineOf("a **b** *c* ~~d~~ `e`\nf"), [
    text("a "),
    { kind: "strong", children: [text("b")] },
    text(" "),
    { kind: "emphasis", children: [text("c")] },
    text(" "),
    { kind: "strike", children: [text("d")] },
    text(" "),
    { kind: "code", text: "e" },
    { kind: "break" },
    text("f"),
  ]);
});

test("names with underscores, numbers of tickets and lines under words are no form", () => {
  assert.deepEqual(lineOf("the_long_name of #12"), [text("the_long_name of #12")]);
  assert.deepEqual(lineOf("Bob\n---")[0], text("Bob"));
  assert.deepEqual(lineOf("    Regards"), [text("Regards")]);
});

test("blocks: heading, quote, code, rule", () => {
  assert.deepEqual(nodesOf("# One\n> two\n\n***\n```python x\n<three>\n```"), [
    { kind: "heading", level: 1, children: [text("One")] },
    { kind: "quote", children: [{ kind: "paragraph", children: [text("two")] }] },
    { kind: "rule" },
    { kind: "block", text: "<three>\n", language: "python" },
  ]);
});

test("lists, tasks, and lists in lists", () => {
  const [list] = nodesOf("3. three\n4. four\n   - [ ] open\n   - [x] done\n   - [y] neither");
  assert.equal(list?.kind === "list" && list.start, 3);
  const inner = flat([list as Node]).filter(({ kind }) => kind === "list")[1];
  assert.deepEqual(inner?.kind === "list" && inner.items.map(({ checked }) => checked), [false, true, null]);
  assert.equal(inner?.kind === "list" && wordsOf(inner.items[1]?.children ?? []), "done");
});

test("a table has cells, of which each knows its side", () => {
  const [table] = nodesOf("| a | b |\n| :-: | --: |\n| 1 | **2** |");
  assert.equal(table?.kind, "table");
  const rows = table?.kind === "table" ? table.rows : [];
  assert.deepEqual(
    rows.map((cells) => cells.map(({ isHead, align, children }) => [isHead, align, wordsOf(children)])),
    [
      [
        [true, "center", "a"],
        [true, "end", "b"],
      ],
      [
        [false, "center", "1"],
        [false, "end", "2"],
      ],
    ],
  );
});

test("a link says where it leads when its words name another place", () => {
  assert.deepEqual(lineOf("[bank.example](https://evil.example/x)"), [
    { kind: "link", target: "https://evil.example/x", shown: "evil.example", children: [text("bank.example")] },
  ]);
  assert.deepEqual(lineOf("see https://a.example/x?y=1."), [
    text("see "),
    { kind: "link", target: "https://a.example/x?y=1", shown: null, children: [text("https://a.example/x?y=1")] },
    text("."),
  ]);
});

test("an address has to be written as one", () => {
  for (const words of ["setup.py", "example.org", "10.0.0.7", "//a.example/x", "ftp://a.example/x"]) {
    assert.deepEqual(lineOf(words), [text(words)]);
  }
});

test("what would run, or lead within the page, is text", () => {
  const schemes = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java&#115;cript:alert(1)",
    "data:text/html,x",
    "/x",
    "#/x",
  ];
  const wrapped = ["[a](%)", "[a](<%>)", "![a](%)", "<%>", '[a](% "t")'].flatMap((form) =>
    schemes.map((scheme) => form.replace("%", scheme)),
  );
  for (const source of wrapped) {
    const kinds = flat(nodesOf(source)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["paragraph", "text"], source);
  }
});

test("HTML is text, letter for letter", () => {
  for (const source of ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- x -->", "<b>a</b>"]) {
    assert.deepEqual(lineOf(source), [text(source)]);
  }
  assert.deepEqual(lineOf("&lt;b&gt;"), [text("<b>")]);
});

test("a picture of the ticket stands in the text once, one of the web is a link", () => {
  const shot = file(7, "shot.png");
  assert.deepEqual(lineOf("a ![the shot](attachment:7)", shot), [
    text("a "),
    { kind: "picture", attachment: shot, words: "the shot" },
  ]);
  assert.deepEqual(lineOf("![x](attachment:8)", shot), [text("x")]);
  assert.deepEqual(lineOf("![x](https://a.example/p.png)", shot), [
    { kind: "link", target: "https://a.example/p.png", shown: null, children: [text("x")] },
  ]);
  const { placed } = parseMarkdown("![](attachment:7)", [shot, file(9, "b.png")]);
  assert.deepEqual([...placed], [shot]);
});

test("a mail's picture stands in its place, whatever its name is made of", () => {
  const logo = file(1, "my *logo* [2].png".replace("]", ""));
  const { nodes, placed } = parseMarkdown(`Look:\n[picture: ${logo.name}]\nbye [picture: ${logo.name}]`, [logo]);
  assert.deepEqual(
    flat(nodes).map(({ kind }) => kind),
    ["paragraph", "text", "break", "picture", "break", "text"],
  );
  assert.equal(placed.has(logo), true);
  assert.deepEqual(lineOf("[picture: gone.png]", file(2, "gone.txt", null)), [text("[picture: gone.png]")]);
});

test("a link to a file of the ticket is one, to another file it is words", () => {
  const trace = file(3, "trace.txt", null);
  assert.deepEqual(lineOf("[trace](attachment:3)", trace), [
    { kind: "file", attachment: trace, children: [text("trace")] },
  ]);
  assert.equal(wordsOf(lineOf("[trace](attachment:4)", trace)), "trace");
});

test("nothing is lost of what is nested deeply", () => {
  for (const depth of [10, 30, 39, 60, 500]) {
    assert.match(wordsOf(nodesOf(`${"> ".repeat(depth)}innermost`)), /innermost/, `${depth} quotes`);
    assert.match(wordsOf(flat(nodesOf(`${"- ".repeat(depth)}innermost`))), /innermost/, `${depth} lists`);
    const stairs = Array.from({ length: depth }, (_, level) => `${"  ".repeat(level)}- step ${level}`).join("\n");
    assert.match(wordsOf(flat(nodesOf(stairs))), new RegExp(`step ${depth - 1}(?!\\d)`), `${depth} steps`);
  }
});

const HOSTILE: Record<string, string> = {
  brackets: "[",
  stars: "*",
  strong: "**a ",
  emphasis: "a**bc* ",
  mixed: "*_",
  underscores: "_a __b ",
  pictures: "![",
  links: "[a](",
  "angled links": "[a](<b",
  quotes: ">",
  "lines of quotes": "> a\n> ",
  lists: "- ",
  numbers: "1. ",
  tables: "|",
  rows: "a|b\n-|-\n",
  entities: "&#1",
  tags: "<a ",
  comments: "<!--",
  addresses: "http://",
  mails: "a.b@c.",
  fences: "```\n",
  strikes: "~~a ",
  escapes: "\\[",
  definitions: "[a]: b\n",
  "placed pictures": "[picture: ",
  tasks: "- [ ] a\n",
  hosts: "a.",
};

test("no text keeps the page waiting", () => {
  const texts = Object.entries(HOSTILE).map(([name, part]) => [name, part.repeat(LONGEST / part.length)] as const);
  const ticks = Array.from({ length: 360 }, (_, length) => "`".repeat(length)).join(" ");
  const halves = "[".repeat(LONGEST / 2) + "]".repeat(LONGEST / 2);
  for (const [name, source] of [...texts, ["ticks", ticks], ["halves", halves]] as const) {
    const taken = cpuTimeOf(() => parseMarkdown(source));
    assert.ok(taken < BOUND_MS, `${name} took ${taken} ms`);
  }
});
