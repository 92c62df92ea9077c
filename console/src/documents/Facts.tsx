/** What is known of a document besides its text: where it came from, its language, what to know when reading it. */
import { Alert, Anchor, Badge, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { DocumentView } from "../api/schema";
import { useFormats, useMessages } from "../i18n/messages";

export function Facts({ document }: { document: DocumentView }) {
  const m = useMessages();
  const f = useFormats();
  const facts = [
    document.file_name,
    f.bytes(document.size_bytes),
    document.page_count === null ? "" : m.documents.pages(document.page_count),
    document.chunk_count === null ? "" : m.retrieval.found(document.chunk_count),
    document.language === null ? "" : f.language(document.language),
    f.date(document.modified_at ?? document.created_at),
  ];
  return (
    <>
      <Text size="xs" c="dimmed">
        {facts.filter(Boolean).join(" · ")}
      </Text>
      {document.parents.length > 0 && (
        <Text size="xs" c="dimmed">
          {m.documents.from}{" "}
          {document.parents.map((parent, place) => (
            <span key={parent.id}>
              {place > 0 && ", "}
              <Anchor component={Link} to={`/documents/${parent.id}`} inherit>
                {parent.name}
              </Anchor>
            </span>
          ))}
        </Text>
      )}
      {document.tags.length > 0 && (
        <Group gap={4} mt={4}>
          {document.tags.map((tag) => (
            <Badge key={tag} color="gray" size="sm">
              {tag}
            </Badge>
          ))}
        </Group>
      )}
    </>
  );
}

export function Warnings({ document }: { document: DocumentView }) {
  const m = useMessages();
  if (document.warnings.length === 0) return null;
  return (
    <Alert icon={<IconAlertTriangle size={18} />} color="yellow" title={m.documents.warnings} m="md" mb={0}>
      {document.warnings.map((warning) => (
        <Text size="sm" key={warning} lang="en">
          {warning}
        </Text>
      ))}
    </Alert>
  );
}
