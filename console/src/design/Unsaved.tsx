/** Asks before what was changed and not saved is left, by a link or with the window. Another tab of the same page leaves nothing. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useMessages } from "../i18n/messages";
import { Dialog } from "./Dialog";

export function Unsaved({ when }: { when: boolean }) {
  const m = useMessages();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => when && current.pathname !== next.pathname,
    enableBeforeUnload: () => when,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Dialog opened onClose={blocker.reset} title={m.unsaved.title} closeButtonProps={{ "aria-label": m.close }}>
      <Stack>
        <Text size="sm">{m.unsaved.lead}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={blocker.proceed}>
            {m.unsaved.leave}
          </Button>
          <Button data-autofocus onClick={blocker.reset}>
            {m.unsaved.stay}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
