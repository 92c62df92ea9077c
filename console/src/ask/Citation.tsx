/** A numbered chip in the text. Hovering shows what it stands for, pressing opens it. */
import { HoverCard, Text, UnstyledButton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMessages } from "../i18n/messages";
import css from "./ask.module.css";
import { isQuery, isQuote, type Evidence } from "./turn";
import { useConversationOf } from "./within";

export function Citation({ evidence }: { evidence: Evidence }) {
  const m = useMessages();
  const open = useOpenEvidence();
  const title = titleOf(evidence);
  return (
    <HoverCard width={340} shadow="md" openDelay={150} position="top" withinPortal>
      <HoverCard.Target>
        <UnstyledButton component="span" role="button" tabIndex={0} className={css.chip} aria-label={m.ask.citation(evidence.n, title)}
          onClick={() => open(evidence)}
          onKeyDown={(event: React.KeyboardEvent) => {
            if (event.key === "Enter" || event.key === " ") {
              event.preventDefault();
              open(evidence);
            }
          }}
        >
          {evidence.n}
        </UnstyledButton>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        {isQuote(evidence) && (
          <>
            <Text size="xs" c="dimmed">
              {placeOf(evidence, m.ask.page)}
            </Text>
            <Text size="sm" component="blockquote" className={css.hoverQuote}>
              {evidence.quote}
            </Text>
          </>
        )}
        {isQuery(evidence) && <Text size="sm">{evidence.words}</Text>}
      </HoverCard.Dropdown>
    </HoverCard>
  );
}

export function titleOf(evidence: Evidence): string {
  if (isQuote(evidence)) return evidence.title;
  return isQuery(evidence) ? evidence.dataset : evidence.datasets.join(", ");
}

/** Where in its document a quote stands. */
export function placeOf(quote: { page: number | null; heading_path?: string[] }, page: (n: number) => string): string {
  return [quote.page === null ? "" : page(quote.page), (quote.heading_path ?? []).join(" › ")].filter(Boolean).join(" · ");
}

/** Opens the document at the quote; a query's evidence is on the page already. */
export function useOpenEvidence(): (evidence: Evidence) => void {
  const navigate = useNavigate();
  const session = useConversationOf();
  return (evidence) => {
    if (isQuote(evidence)) {
      void navigate({ to: "/documents/$documentId", params: { documentId: evidence.document_id }, search: { start: evidence.start, end: evidence.end, session: session(evidence.document_id) } });
    } else {
      const place = document.getElementById(`evidence-${evidence.n}`);
      place?.scrollIntoView({ block: "nearest", behavior: "smooth" });
      place?.focus({ preventScroll: true });
    }
  };
}
