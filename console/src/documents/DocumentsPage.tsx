/** The documents with their state; each opens in the reader. */
import { ActionIcon, Badge, Button, Group, SegmentedControl, Table, Text, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconFiles, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { DocumentStatus, DocumentView } from "../api/schema";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { problemText } from "../design/Failure";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { toast } from "../design/toasts";
import { useFormats, useMessages } from "../i18n/messages";
import { useUploads } from "../uploads/Uploads";
import css from "./documents.module.css";

const STATUSES: readonly DocumentStatus[] = ["ready", "processing", "failed"];
const COLOURS: Record<DocumentStatus, string> = { ready: "pine", queued: "gray", processing: "blue", failed: "red" };

export function DocumentsPage() {
  const m = useMessages();
  const { mayEdit } = useSession();
  const uploads = useUploads();
  const [status, setStatus] = useState<DocumentStatus | "all">("all");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={uploads.choose}>
      {m.uploads.add}
    </Button>
  );
  const hide = (id: string, yes: boolean) => setHidden((now) => new Set(yes ? [...now, id] : [...now].filter((each) => each !== id)));
  return (
    <Page title={m.nav.documents} lead={m.documents.lead} actions={add}>
      <SegmentedControl
        size="xs"
        mb="md"
        value={status}
        onChange={(value) => setStatus(value as DocumentStatus | "all")}
        data={[{ value: "all", label: m.all }, ...STATUSES.map((each) => ({ value: each, label: m.documents.status[each] }))]}
      />
      <Pages
        queryKey={["documents", "list", status]}
        load={(cursor) => read(api.GET("/api/v1/documents", { params: { query: { limit: 50, ...(cursor && { cursor }), ...(status !== "all" && { status }) } } }))}
        live={(items) => items.some((each) => each.status === "queued" || each.status === "processing")}
        empty={<Empty icon={IconFiles} title={m.documents.none} lead={status === "all" ? m.empty.kinds : undefined} action={add} />}
      >
        {(documents) => (
          <Table.ScrollContainer minWidth={300} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{m.documents.title}</Table.Th>
                  <Table.Th>{m.documents.state}</Table.Th>
                  <Table.Th visibleFrom="sm" className={css.number}>{m.documents.size}</Table.Th>
                  <Table.Th visibleFrom="sm">{m.documents.added}</Table.Th>
                  <Table.Th>
                    <span className={css.hidden}>{m.actions}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {documents
                  .filter((each) => !hidden.has(each.id))
                  .map((document) => (
                    <Row key={document.id} document={document} hide={hide} />
                  ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Pages>
    </Page>
  );
}

function Row({ document, hide }: { document: DocumentView; hide: (id: string, yes: boolean) => void }) {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const path = { params: { path: { document_id: document.id } } };
  const remove = () => {
    hide(document.id, true);
    toast(m.documents.deleted(document.title), {
      undo: () => hide(document.id, false),
      expired: () =>
        void done(api.DELETE("/api/v1/documents/{document_id}", { ...path, keepalive: true }))
          .catch((error: unknown) => {
            hide(document.id, false);
            toast(problemText(asProblem(error), m), { tone: "danger" });
          })
          .finally(() => ["documents", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }))),
    });
  };
  return (
    <Table.Tr>
      <Table.Td className={css.titleCell}>
        <Link to="/documents/$documentId" params={{ documentId: document.id }} className={css.title}>
          {document.title}
        </Link>
        <Text size="xs" c="dimmed" truncate>
          {document.error ? m.problem.told(document.error.code, document.error.detail) : document.file_name}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge miw="max-content" color={COLOURS[document.status]}>{m.documents.status[document.status]}</Badge>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={css.number}>{f.bytes(document.size_bytes)}</Table.Td>
      <Table.Td visibleFrom="sm">
        <Tooltip label={f.moment(document.created_at)}>
          <span>{f.ago(document.created_at)}</span>
        </Tooltip>
      </Table.Td>
      <Table.Td>
        {mayEdit && (
          <Group justify="flex-end">
            <Tooltip label={m.delete}>
              <ActionIcon variant="subtle" color="gray" aria-label={`${m.delete}: ${document.title}`} onClick={remove}>
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
