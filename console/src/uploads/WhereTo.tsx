/** Asks where files go that were dropped before there is a conversation: into a new one, or into the workspace. */
import { Stack, Text, UnstyledButton } from "@mantine/core";
import { IconBuildingCommunity, IconMessageCircle } from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "../api/problems";
import { Dialog } from "../design/Dialog";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import css from "./uploads.module.css";

interface Props {
  files: readonly File[];
  intoConversation: () => Promise<void>;
  intoWorkspace: () => void;
  close: () => void;
}

export function WhereTo({ files, intoConversation, intoWorkspace, close }: Props) {
  const m = useMessages();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const begin = () => {
    setState({ busy: true, error: null });
    intoConversation().catch((error: unknown) => setState({ busy: false, error: asProblem(error) }));
  };
  const [first] = files;
  return (
    <Dialog opened onClose={close} title={m.uploads.whereTo(files.length, first?.name ?? "")} closeButtonProps={{ "aria-label": m.close }}>
      <Stack gap="xs" pt={4}>
        <UnstyledButton data-autofocus className={css.choice} disabled={state.busy} onClick={begin}>
          <IconMessageCircle size={22} stroke={1.5} aria-hidden />
          <span>
            <Text fw={600} size="sm">
              {m.uploads.toConversation}
            </Text>
            <Text size="sm" c="dimmed">
              {m.uploads.toConversationLead}
            </Text>
          </span>
        </UnstyledButton>
        <UnstyledButton className={css.choice} disabled={state.busy} onClick={intoWorkspace}>
          <IconBuildingCommunity size={22} stroke={1.5} aria-hidden />
          <span>
            <Text fw={600} size="sm">
              {m.uploads.toWorkspace}
            </Text>
            <Text size="sm" c="dimmed">
              {m.uploads.toWorkspaceLead}
            </Text>
          </span>
        </UnstyledButton>
        <FailureNote error={state.error} />
      </Stack>
    </Dialog>
  );
}
