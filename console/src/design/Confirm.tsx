/** Asks before something that cannot be taken back; what matters most is confirmed by typing its name. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { asProblem } from "../api/problems";
import { useMessages } from "../i18n/messages";
import { Dialog } from "./Dialog";
import { FailureNote } from "./Failure";

interface Props {
  title: string;
  lead: string;
  action: string;
  /** Has to be typed. */
  name?: string;
  act: () => Promise<void>;
  close: () => void;
}

export function Confirm({ title, lead, action, name, act, close }: Props) {
  const m = useMessages();
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const run = async () => {
    setState({ busy: true, error: null });
    try {
      await act();
      close();
    } catch (error) {
      setState({ busy: false, error: asProblem(error) });
    }
  };
  return (
    <Dialog opened onClose={close} title={title} closeButtonProps={{ "aria-label": m.close }}>
      <Stack>
        <Text size="sm">{lead}</Text>
        {name !== undefined && <TextInput data-autofocus label={m.confirm.typeName(name)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />}
        <FailureNote error={state.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {m.cancel}
          </Button>
          <Button color="red" loading={state.busy} disabled={name !== undefined && typed !== name} onClick={() => void run()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
