/** The passages that a document is searched by: what each holds, what stands above it, and the way to its place. */
import { Badge, Button, Card, Center, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconListSearch } from "@tabler/icons-react";
import { api, read } from "../api/client";
import type { ChunkView, DocumentView } from "../api/schema";
import { Empty } from "../design/Empty";
import { Failure } from "../design/Failure";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import css from "./reader.module.css";

const AT_ONCE = 50;

export function Passages({ document }: { document: DocumentView }) {
  const m = useMessages();
  const pages = useInfiniteQuery({
    queryKey: ["documents", document.id, "chunks", document.chunk_count],
    queryFn: ({ pageParam }) =>
      read(api.GET("/api/v1/documents/{document_id}/chunks", { params: { path: { document_id: document.id }, query: { session_id: document.session_id ?? undefined, first: pageParam, limit: AT_ONCE } } })),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (pages.isPending) return <div className={css.pad}><Waiting lines={12} /></div>;
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  const passages = pages.data.pages.flatMap((page) => page.items);
  if (passages.length === 0) return <Empty order={2} icon={IconListSearch} title={m.documents.noPassages} />;
  return (
    <Stack gap="sm" className={css.passages}>
      <Text size="sm" c="dimmed">
        {m.documents.passagesLead}
      </Text>
      {passages.map((passage) => (
        <Passage key={passage.id} passage={passage} document={document} />
      ))}
      {pages.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {m.more}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Passage({ passage, document }: { passage: ChunkView; document: DocumentView }) {
  const m = useMessages();
  const facts = [passage.page === null ? "" : m.documents.page(passage.page), passage.heading_path.join(" › "), m.documents.tokens(passage.token_count)];
  return (
    <Card withBorder padding="sm" radius="md" component="article" aria-label={m.documents.passage(passage.ordinal + 1)}>
      <Group justify="space-between" align="baseline" gap="xs" mb={6}>
        <Group gap="xs" className={css.passageFacts}>
          <Badge color="gray" variant="light">
            {passage.ordinal + 1}
          </Badge>
          <Text size="xs" c="dimmed">
            {facts.filter(Boolean).join(" · ")}
          </Text>
        </Group>
        <Link
          to="/documents/$documentId"
          params={{ documentId: document.id }}
          search={{ start: passage.start, end: passage.end, ...(document.session_id !== null && { session: document.session_id }) }}
          className={css.inText}
          aria-label={`${m.documents.inText}: ${m.documents.passage(passage.ordinal + 1)}`}
        >
          {m.documents.inText}
        </Link>
      </Group>
      {passage.table_header !== null && (
        <Text size="xs" c="dimmed" className={css.passageText}>
          {passage.table_header}
        </Text>
      )}
      <Text size="sm" className={css.passageText}>
        {passage.text}
      </Text>
    </Card>
  );
}
