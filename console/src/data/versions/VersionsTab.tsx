/** The versions of a table. */
import { Badge, Table, Text } from "@mantine/core";
import type { DatasetView } from "../../api/schema";
import { useFormats, useMessages } from "../../i18n/messages";
import { DATASET_COLOURS } from "../DataPage";

export function VersionsTab({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{m.ask.dataVersion}</Table.Th>
            <Table.Th>{m.data.file}</Table.Th>
            <Table.Th>{m.data.rows}</Table.Th>
            <Table.Th>{m.documents.state}</Table.Th>
            <Table.Th>{m.documents.added}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(dataset.versions ?? []).map((version) => (
            <Table.Tr key={version.version}>
              <Table.Td>{m.data.version(version.version)}</Table.Td>
              <Table.Td>
                {version.file_name} <Text span size="xs" c="dimmed">{f.bytes(version.file_bytes)}</Text>
              </Table.Td>
              <Table.Td>{version.row_count === null ? "–" : f.number(version.row_count)}</Table.Td>
              <Table.Td>
                <Badge color={DATASET_COLOURS[version.status]}>{m.documents.status[version.status]}</Badge>
              </Table.Td>
              <Table.Td>{f.moment(version.created_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
