/** A small button that copies text. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useMessages } from "../i18n/messages";

export function Copy({ text, label }: { text: string | (() => string); label: string }) {
  const m = useMessages();
  const clipboard = useClipboard({ timeout: 1500 });
  const shown = clipboard.copied ? m.copied : label;
  return (
    <Tooltip label={shown}>
      <ActionIcon variant="subtle" color="gray" aria-label={shown} onClick={() => clipboard.copy(typeof text === "string" ? text : text())}>
        {clipboard.copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}
