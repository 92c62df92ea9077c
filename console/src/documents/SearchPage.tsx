/** What retrieval finds for some words, and how each passage fared in every stage. */
import { Badge, Button, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconListSearch, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { SearchMode, SearchResult } from "../api/schema";
import { placeOf } from "../ask/Citation";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./documents.module.css";

const MODES: readonly SearchMode[] = ["hybrid", "dense", "lexical"];
const RESULTS = 20;

export function SearchPage() {
  const m = useMessages();
  const f = useFormats();
  const [words, setWords] = useState("");
  const [mode, setMode] = useState<SearchMode>("hybrid");
  const search = useMutation({
    mutationFn: (wanted: { query: string; mode: SearchMode }) => read(api.POST("/api/v1/search", { body: { ...wanted, limit: RESULTS, explain: true } })),
  });
  return (
    <Page title={m.nav.search} lead={m.retrieval.lead}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (words.trim() !== "") search.mutate({ query: words.trim(), mode });
        }}
      >
        <Group gap="sm" align="flex-end">
          <TextInput flex="1 1 16rem" label={m.retrieval.words} value={words} onChange={(event) => setWords(event.currentTarget.value)} leftSection={<IconSearch size={16} />} />
          <SegmentedControl value={mode} onChange={(value) => setMode(value as SearchMode)} data={MODES.map((each) => ({ value: each, label: m.retrieval[each] }))} aria-label={m.retrieval.mode} />
          <Button type="submit" loading={search.isPending} disabled={words.trim() === ""}>
            {m.search}
          </Button>
        </Group>
      </form>
      <FailureNote error={search.error} />
      {search.isIdle && <Empty icon={IconListSearch} title={m.retrieval.nothingYet} lead={m.retrieval.nothingYetLead} />}
      {search.isPending && <Waiting />}
      {search.data && (
        <>
          <Text size="sm" c="dimmed" mt="md" role="status">
            {m.retrieval.found(search.data.results.length)} · {f.duration(search.data.latency_ms)}
          </Text>
          <ol className={css.results}>
            {search.data.results.map((result) => (
              <Result key={result.chunk_id} result={result} />
            ))}
          </ol>
        </>
      )}
    </Page>
  );
}

const STAGES = ["dense", "lexical", "fused", "sentences", "reranked"] as const;

function Result({ result }: { result: SearchResult }) {
  const m = useMessages();
  const f = useFormats();
  const stages = STAGES.flatMap((stage) => {
    const scored = result.stages?.[stage];
    return scored ? [[m.retrieval.stages[stage], scored] as const] : [];
  });
  return (
    <li className={css.result}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <div>
          <Link to="/documents/$documentId" params={{ documentId: result.document_id }} search={{ start: result.start, end: result.end }} className={css.title}>
            {result.title}
          </Link>
          <Text size="xs" c="dimmed">
            {placeOf(result, m.ask.page)}
          </Text>
        </div>
        <Badge>{f.number(result.score, { maximumFractionDigits: 3 })}</Badge>
      </Group>
      <Text className={css.passage} lineClamp={6}>
        {result.text}
      </Text>
      {stages.length > 0 && (
        <div className={css.stages}>
          {stages.map(([stage, { score, rank }]) => (
            <Badge key={stage} variant="default">
              {m.retrieval.stage(stage, rank, f.number(score, { maximumFractionDigits: 3 }))}
            </Badge>
          ))}
        </div>
      )}
    </li>
  );
}
