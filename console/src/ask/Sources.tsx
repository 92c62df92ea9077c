/** The quotes under an answer, one card each. */
import { Text, UnstyledButton } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import type { NearPassage } from "../api/schema";
import { useMessages } from "../i18n/messages";
import css from "./ask.module.css";
import { placeOf, useOpenEvidence } from "./Citation";
import { isQuote, type Evidence } from "./turn";
import { useConversationOf } from "./within";
import { Link } from "@tanstack/react-router";

export function Sources({ evidence }: { evidence: readonly Evidence[] }) {
  const m = useMessages();
  const open = useOpenEvidence();
  const quotes = evidence.filter(isQuote);
  if (quotes.length === 0) return null;
  return (
    <div role="group" aria-label={m.ask.sources} className={css.sources}>
      {quotes.map((quote) => (
        <UnstyledButton key={quote.n} className={css.source} onClick={() => open(quote)} title={m.ask.openAt(quote.title)}>
          <span className={css.sourceHead}>
            <span className={css.sourceNumber}>
              {quote.n}
            </span>
            <Text size="sm" fw={550} truncate>
              {quote.title}
            </Text>
          </span>
          <Text size="xs" c="dimmed" truncate>
            {placeOf(quote, m.ask.page)}
          </Text>
        </UnstyledButton>
      ))}
    </div>
  );
}

function placeIn({ start, end, text }: NearPassage) {
  return typeof start === "number" && typeof end === "number" ? { start, end } : { passage: text.slice(0, 160) };
}

/** For an answer that was not given: where reading on may help. */
export function Nearby({ passages }: { passages: readonly NearPassage[] }) {
  const m = useMessages();
  const session = useConversationOf();
  if (passages.length === 0) return null;
  return (
    <div role="group" aria-label={m.ask.nearest}>
      <Text size="xs" c="dimmed" mb={6}>
        {m.ask.nearest}
      </Text>
      <div className={css.nearby}>
        {passages.slice(0, 3).map((passage) => (
          <Link key={passage.chunk_id} to="/documents/$documentId" params={{ documentId: passage.document_id }} search={{ ...placeIn(passage), session: session(passage.document_id) }} className={css.near}>
            <Text size="sm" fw={550} className={css.nearTitle}>
              <IconFileText size={15} aria-hidden /> {passage.title}
            </Text>
            <Text size="sm" c="dimmed" lineClamp={2}>
              {passage.text}
            </Text>
          </Link>
        ))}
      </div>
    </div>
  );
}
