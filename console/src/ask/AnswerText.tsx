/** An answer's words, with its citations as chips. What a model wrote is Markdown; quotes are shown as they are. */
import type { Element, ElementContent, Root, RootContent } from "hast";
import type { ReactNode } from "react";
import { part } from "../app/chunk";
import { Citation } from "./Citation";
import css from "./ask.module.css";
import type { Evidence } from "./turn";

const Markdown = part(() => import("./MarkdownText"), "MarkdownText", ({ text }: { text: string; evidence: readonly Evidence[] }) => <div className={css.plain}>{text}</div>);

interface Props {
  text: string;
  evidence: readonly Evidence[];
  markdown: boolean;
  /** The language that it is in, where that is known. */
  lang?: string | undefined;
}

export function AnswerText({ text, evidence, markdown, lang }: Props) {
  if (markdown) return <Markdown text={text} evidence={evidence} />;
  // Quotations of several places read better one below the other.
  const quotes = evidence.length > 1 && evidence.every((item) => item.kind === "quote");
  const lines = quotes ? text.split(/(?<=\[\d+\]) (?=“)/) : [text];
  return (
    <div className={css.plain} lang={lang}>
      {lines.map((line, place) => (
        <p key={place}>{withCitations(line, evidence)}</p>
      ))}
    </div>
  );
}

const MARK = /\[(\d+)\]/;

/** The text with its `[n]` as chips, where there is evidence of that number. */
function withCitations(text: string, evidence: readonly Evidence[]): ReactNode[] {
  return pieces(text).map((piece, place) => {
    const item = typeof piece === "number" ? evidence.find((each) => each.n === piece) : undefined;
    if (item !== undefined) return <Citation key={place} evidence={item} />;
    return typeof piece === "number" ? `[${piece}]` : piece;
  });
}

/** Words and citation numbers in turn. */
export function pieces(text: string): (string | number)[] {
  return text
    .split(MARK)
    .map((piece, place) => (place % 2 === 1 ? Number(piece) : piece))
    .filter((piece) => piece !== "");
}

/** A rehype plugin: `[n]` in running text becomes `<cite data-n>`. Code stays as it is. */
export function citations() {
  return (tree: Root) => {
    tree.children = tree.children.flatMap(replaced) as RootContent[];
  };
}

function replaced(node: RootContent | ElementContent): (RootContent | ElementContent)[] {
  if (node.type === "element" && node.tagName !== "code") {
    return [{ ...node, children: node.children.flatMap(replaced) as ElementContent[] }];
  }
  if (node.type !== "text" || !MARK.test(node.value)) return [node];
  return pieces(node.value).map((piece): ElementContent =>
    typeof piece === "string"
      ? { type: "text", value: piece }
      : ({ type: "element", tagName: "cite", properties: { dataN: String(piece) }, children: [] } satisfies Element),
  );
}
