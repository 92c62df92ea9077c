/** A document's text with its outline and a search, opened at the words that were quoted. */
import { ActionIcon, Badge, Button, Group, SegmentedControl, Text, TextInput, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { IconArrowLeft, IconChevronDown, IconChevronUp, IconDownload, IconSearch } from "@tabler/icons-react";
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { api, read } from "../api/client";
import { Problem } from "../api/problems";
import type { DocumentText, DocumentView } from "../api/schema";
import { Failure, FailureNote } from "../design/Failure";
import { useTitle } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import { blocksOf, occurrences, piecesOf, windowOf, type Block, type Span } from "./blocks";
import { downloadDocument } from "./download";
import { Facts, Warnings } from "./Facts";
import { Passages } from "./Passages";
import css from "./reader.module.css";

/** Characters of a long text that are shown at once. */
const WINDOW = 400_000;

export function ReaderPage() {
  const { documentId } = useParams({ from: "/documents/$documentId" });
  const { start, session } = useSearch({ from: "/documents/$documentId" });
  const quoted = start === undefined || start < 0.75 * WINDOW ? 0 : start - WINDOW / 2;
  const [from, setFrom] = useState(quoted);
  useEffect(() => setFrom(quoted), [documentId, quoted]);
  const path = { params: { path: { document_id: documentId }, query: { session_id: session } } };
  const document = useQuery({ queryKey: ["documents", documentId], queryFn: () => read(api.GET("/api/v1/documents/{document_id}", path)) });
  const text = useQuery({
    queryKey: ["documents", documentId, "text", from],
    queryFn: () => read(api.GET("/api/v1/documents/{document_id}/text", { params: { path: path.params.path, query: { session_id: session, offset: from, limit: WINDOW } } })),
    enabled: document.data?.status === "ready",
    staleTime: Infinity,
  });
  if (document.isError || text.isError) return <Failure error={document.error ?? text.error} retry={() => void Promise.all([document.refetch(), text.refetch()])} />;
  if (document.isPending) return <div className={css.pad}><Waiting lines={12} /></div>;
  return <Reader document={document.data} part={text.data} show={setFrom} />;
}

interface ReaderProps {
  document: DocumentView;
  /** What is shown of the text: all of it, unless it is long. */
  part: DocumentText | undefined;
  show: (from: number) => void;
}

function Reader({ document, part, show }: ReaderProps) {
  const m = useMessages();
  useTitle(document.title);
  const search = useSearch({ from: "/documents/$documentId" });
  const [words, setWords] = useState("");
  const sought = useDeferredValue(words);
  const [at, setAt] = useState(0);
  const body = useRef<HTMLDivElement>(null);

  const text = useMemo(() => (part === undefined ? undefined : windowOf(part)), [part]);
  const blocks = useMemo(() => (text === undefined ? [] : blocksOf(text)), [text]);
  const quoted = useMemo(() => (text === undefined ? [] : quotedIn(text, search)), [text, search]);
  const hits = useMemo(() => (text === undefined ? [] : occurrences(text.text, sought)), [text, sought]);
  const marks = sought.trim() === "" ? quoted : hits;
  const shownMark = marks.length === 0 ? -1 : at % marks.length;

  useEffect(() => {
    body.current?.querySelector(`[data-mark="${shownMark}"]`)?.scrollIntoView({ block: "center" });
  }, [shownMark, marks, blocks]);

  const step = (by: number) => setAt((now) => (now + by + marks.length) % Math.max(1, marks.length));
  const navigate = useNavigate();
  const view = search.view ?? "text";
  const turn = (to: string) => void navigate({ to: "/documents/$documentId", params: { documentId: document.id }, search: { ...(search.session !== undefined && { session: search.session }), ...(to === "passages" && { view: to }) }, replace: true });

  return (
    <div className={css.reader}>
      <header className={css.head}>
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <ActionIcon component={Link} to={document.session_id === null ? "/documents" : `/c/${document.session_id}`} variant="subtle" color="gray" size="lg" aria-label={document.session_id === null ? m.nav.documents : m.files.back}>
            <IconArrowLeft size={18} />
          </ActionIcon>
          <div className={css.titles}>
            <Title order={1} className={css.title}>
              {document.title}
            </Title>
            <Facts document={document} />
          </div>
        </Group>
        <Group gap="xs" wrap="nowrap" className={css.tools}>
          {document.status === "ready" && <SegmentedControl size="xs" aria-label={m.documents.view} value={view} onChange={turn} data={[{ value: "text", label: m.documents.text }, { value: "passages", label: m.documents.passages }]} />}
          {view === "text" && <TextInput
            size="sm"
            leftSection={<IconSearch size={15} />}
            placeholder={m.documents.searchIn}
            aria-label={m.documents.searchIn}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={(event) => event.key === "Enter" && step(event.shiftKey ? -1 : 1)}
            className={css.search}
          />}
          {view === "text" && sought.trim() !== "" && (
            <Group gap={0} wrap="nowrap">
              <Text size="xs" c="dimmed" className={css.count} role="status">
                {m.documents.hit(hits.length === 0 ? 0 : shownMark + 1, hits.length)}
              </Text>
              <ActionIcon variant="subtle" color="gray" aria-label={m.documents.previousHit} onClick={() => step(-1)}>
                <IconChevronUp size={16} />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={m.documents.nextHit} onClick={() => step(1)}>
                <IconChevronDown size={16} />
              </ActionIcon>
            </Group>
          )}
          <Tooltip label={m.documents.original}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={m.documents.original} onClick={() => void downloadDocument(document)}>
              <IconDownload size={17} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </header>
      <Warnings document={document} />
      {document.status === "failed" && <FailureNote error={new Problem(0, document.error?.code ?? "", document.error?.detail ?? "")} />}
      {document.status !== "ready" && document.status !== "failed" && <Badge>{m.documents.status[document.status]}</Badge>}
      {view === "passages" ? (
        <Passages document={document} />
      ) : text === undefined ? (
        document.status === "ready" && <div className={css.pad}><Waiting lines={12} /></div>
      ) : (
        <div className={css.columns}>
          {text.headings.length > 1 && <Outline text={text} />}
          <div className={css.text} ref={body}>
            {text.start > 0 && <Further to={Math.max(0, text.start - WINDOW)} label={m.documents.earlier} text={text} show={show} />}
            {blocks.map((block) => (
              <BlockView key={block.start} text={text.text} block={block} marks={marks} shown={shownMark} />
            ))}
            {text.next !== null && <Further to={text.next} label={m.documents.later} text={text} show={show} />}
          </div>
        </div>
      )}
    </div>
  );
}

/** The way to what lies before or behind the part that is shown. */
function Further({ to, label, text, show }: { to: number; label: string; text: DocumentText; show: (from: number) => void }) {
  const m = useMessages();
  return (
    <Group justify="space-between" my="md">
      <Text size="xs" c="dimmed">
        {m.documents.part(text.start + 1, text.end, text.total)}
      </Text>
      <Button
        variant="default"
        size="xs"
        onClick={() => {
          show(to);
          window.scrollTo({ top: 0 });
        }}
      >
        {label}
      </Button>
    </Group>
  );
}

function Outline({ text }: { text: DocumentText }) {
  const m = useMessages();
  const top = Math.min(...text.headings.map((heading) => heading.level));
  return (
    <nav className={css.outline} aria-label={m.documents.outline}>
      <Text size="xs" c="dimmed" mb={4}>
        {m.documents.outline}
      </Text>
      {text.headings.map((heading) => (
        <UnstyledButton key={heading.start} className={css.outlineItem} data-level={Math.min(3, heading.level - top)} onClick={() => document.getElementById(`at-${heading.start}`)?.scrollIntoView({ block: "start", behavior: "smooth" })}>
          {heading.title}
        </UnstyledButton>
      ))}
    </nav>
  );
}

interface BlockProps {
  text: string;
  block: Block;
  marks: readonly Span[];
  shown: number;
}

const BlockView = memo(
  function BlockView({ text, block, marks, shown }: BlockProps) {
    const m = useMessages();
    const pieces = piecesOf(text, block, marks).map((piece, place) =>
      piece.mark === null ? (
        withoutHashes(piece.text, block.level > 0 && place === 0)
      ) : (
        <mark key={place} data-mark={piece.mark} data-shown={piece.mark === shown || undefined}>
          {withoutHashes(piece.text, block.level > 0 && place === 0)}
        </mark>
      ),
    );
    const id = `at-${block.start}`;
    return (
      <>
        {block.page !== null && (
          <div className={css.page} role="separator" aria-label={m.documents.page(block.page)}>
            {m.documents.page(block.page)}
          </div>
        )}
        {block.level > 0 ? (
          <Title order={Math.min(6, block.level + 1) as 2 | 3 | 4 | 5 | 6} id={id} className={css.heading}>
            {pieces}
          </Title>
        ) : (
          <p id={id} className={css.block}>
            {pieces}
          </p>
        )}
      </>
    );
  },
  // A block without marks looks the same whichever mark is shown.
  (one, other) => one.block === other.block && one.text === other.text && touches(one) === null && touches(other) === null,
);

function touches({ block, marks }: BlockProps): Span | null {
  return marks.find((mark) => mark.start < block.end && mark.end > block.start) ?? null;
}

function withoutHashes(text: string, first: boolean): string {
  return first ? text.replace(/^#{1,6}\s+/, "") : text;
}

/** What the address points to: a quote's place, or the beginning of a passage. */
function quotedIn(text: DocumentText, { start, end, passage }: { start?: number; end?: number; passage?: string }): Span[] {
  if (start !== undefined && end !== undefined) return start >= text.start && end <= text.end ? [{ start: start - text.start, end: end - text.start }] : [];
  const at = passage === undefined ? -1 : text.text.indexOf(passage);
  return at === -1 || passage === undefined ? [] : [{ start: at, end: at + passage.length }];
}
