/** Markdown that a model wrote: no HTML of its own, no image loaded, links only to the web, marked as leading away. */
import { Anchor } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { useMessages } from "../i18n/messages";
import { citations } from "./AnswerText";
import css from "./ask.module.css";
import { Citation } from "./Citation";
import type { Evidence } from "./turn";

const REMARK = [remarkGfm];
const REHYPE = [citations];

export function MarkdownText({ text, evidence }: { text: string; evidence: readonly Evidence[] }) {
  const m = useMessages();
  return (
    <div className={css.markdown}>
      <ReactMarkdown
        remarkPlugins={REMARK}
        rehypePlugins={REHYPE}
        components={{
          img: ({ alt }) => <span className={css.leftOut}>{m.ask.imageLeftOut(alt ?? "")}</span>,
          a: ({ href, children }) =>
            href && /^https?:/.test(href) ? (
              <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" inherit>
                {children}
                <IconExternalLink size={12} aria-label={m.ask.externalLink} />
              </Anchor>
            ) : (
              <>{children}</>
            ),
          cite: ({ node }) => {
            const number = Number(node?.properties["dataN"]);
            const item = evidence.find((each) => each.n === number);
            return item === undefined ? <>[{number}]</> : <Citation evidence={item} />;
          },
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
