/** Something that is shown once, to be copied now. */
import { Alert, Code, Group, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMessages } from "../i18n/messages";
import { Copy } from "./Copy";

export function Secret({ title, lead, text }: { title: string; lead: string; text: string }) {
  const m = useMessages();
  return (
    <Alert color="pine" icon={<IconKey size={18} />} title={title} mb="md" role="status">
      <Text size="sm">{lead}</Text>
      <Group gap="xs" mt="xs" wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{text}</Code>
        <Copy text={text} label={m.copy} />
      </Group>
    </Alert>
  );
}
