/** The end of a dialog's form: leave it as it is, or do what it is for. */
import { Button, Group } from "@mantine/core";
import { useMessages } from "../i18n/messages";

interface Props {
  /** What sending the form does; `Save` without it. */
  action?: string;
  busy?: boolean;
  disabled?: boolean;
  close: () => void;
}

export function DialogButtons({ action, busy = false, disabled = false, close }: Props) {
  const m = useMessages();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        {m.cancel}
      </Button>
      <Button type="submit" loading={busy} disabled={disabled}>
        {action ?? m.save}
      </Button>
    </Group>
  );
}
