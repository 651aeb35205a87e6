/** A text in Markdown, drawn node by node: no HTML is made of it. */
import { type ComponentChildren, Fragment } from "preact";
import { useMemo } from "preact/hooks";
import type { Attachment } from "../../api/wire.ts";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { attachmentUrl, Picture } from "../thread/attachments.tsx";
import { CodeBlock } from "./code_block.tsx";
import { type Parsed, parseMarkdown } from "./parse.ts";
import type { Cell, Item, Node } from "./tree.ts";

type Draw = { project: string; words: (text: string) => ComponentChildren };

type MarkdownProps = {
  text: string;
  attachments?: readonly Attachment[];
  /** The project of the files; by default the page's own. */
  project?: string;
};

const NONE: readonly Attachment[] = [];
// The mouse has its link, and the site that it leads to is told nothing.
const LINK = { target: "_blank", rel: "noopener noreferrer nofollow ugc", referrerpolicy: "no-referrer" } as const;

export function Markdown({ text, attachments = NONE, project = desk.home.value?.id ?? "" }: MarkdownProps) {
  const parsed = useMarkdown(text, attachments);
  return <MarkdownTree parsed={parsed} project={project} />;
}

export function useMarkdown(text: string, attachments: readonly Attachment[]): Parsed {
  return useMemo(() => parseMarkdown(text, attachments), [text, attachments]);
}

type MarkdownTreeProps = { parsed: Parsed; project: string; words?: Draw["words"] };

/** A text that was parsed; `words` draws its words where they are more than words. */
export function MarkdownTree({ parsed, project, words = (text) => text }: MarkdownTreeProps) {
  return <div class="markdown">{drawAll(parsed.nodes, { project, words })}</div>;
}

function drawAll(nodes: Node[], draw: Draw): ComponentChildren {
  return nodes.map((node, index) => <Fragment key={index}>{drawNode(node, draw)}</Fragment>);
}

function drawNode(node: Node, draw: Draw): ComponentChildren {
  switch (node.kind) {
    case "text":
      return draw.words(node.text);
    case "code":
      return <code>{node.text}</code>;
    case "plain":
      return (
        <p class="markdown-plain" dir="auto">
          {node.text}
        </p>
      );
    case "break":
      return <br />;
    case "rule":
      return <hr />;
    case "block":
      return <CodeBlock text={node.text} language={node.language} />;
    case "picture":
      return (
        <span class="picture-in-text">
          <Picture url={attachmentUrl(draw.project, node.attachment)} attachment={node.attachment} />
        </span>
      );
    case "list":
      return drawList(node.start, node.items, draw);
    case "table":
      return drawTable(node.rows, draw);
    default:
      return drawParent(node, drawAll(node.children, draw), draw);
  }
}

function drawParent(
  node: Extract<Node, { children: Node[] }>,
  children: ComponentChildren,
  { project }: Draw,
): ComponentChildren {
  switch (node.kind) {
    case "paragraph":
      return <p dir="auto">{children}</p>;
    case "tight":
      return children;
    case "heading":
      // The headings of the page are the page's: a reader who jumps from one to the next is not led through texts.
      return (
        <p class="markdown-heading" data-level={node.level} dir="auto">
          {children}
        </p>
      );
    case "quote":
      return <blockquote dir="auto">{children}</blockquote>;
    case "strong":
      return <strong>{children}</strong>;
    case "emphasis":
      return <em>{children}</em>;
    case "strike":
      return <s>{children}</s>;
    case "file":
      return (
        <a href={attachmentUrl(project, node.attachment)} download={node.attachment.name}>
          {children}
        </a>
      );
    case "link":
      return (
        <>
          <a href={node.target} {...LINK}>
            {node.children.length === 0 ? node.target : children}
          </a>
          {node.shown !== null && (
            <span class="link-target" title={node.target}>
              {" "}
              <bdi>{t("(leads to {place})", { place: node.shown })}</bdi>
            </span>
          )}
        </>
      );
  }
}

function drawList(start: number | null, items: Item[], draw: Draw): ComponentChildren {
  const drawn = items.map(({ checked, children }, index) => (
    <li key={index} dir="auto" class={checked === null ? undefined : "markdown-task"}>
      {checked !== null && (
        <input type="checkbox" disabled checked={checked} aria-label={checked ? t("Done") : t("To do")} />
      )}
      {checked === null ? drawAll(children, draw) : <div>{drawAll(children, draw)}</div>}
    </li>
  ));
  return start === null ? <ul>{drawn}</ul> : <ol start={start}>{drawn}</ol>;
}

function drawTable(rows: Cell[][], draw: Draw): ComponentChildren {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <div class="markdown-table" tabIndex={0} role="group" aria-label={t("Table")}>
      <table>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map(({ isHead, align, children }, column) => {
                const Kind = isHead ? "th" : "td";
                return (
                  <Kind key={column} data-align={align} dir="auto">
                    {drawAll(children, draw)}
                  </Kind>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
