/** A conversation's title as a field, until Enter or Escape. */
import { TextInput } from "@mantine/core";
import type { SessionView } from "../api/schema";
import { useMessages } from "../i18n/messages";
import { usePatch } from "./list";

const LONGEST = 200;

export function Rename({ session, close }: { session: SessionView; close: () => void }) {
  const m = useMessages();
  const patch = usePatch(session);
  return (
    <TextInput
      size="xs"
      autoFocus
      aria-label={m.conversations.rename}
      defaultValue={session.title ?? ""}
      maxLength={LONGEST}
      onBlur={close}
      // Escape leaves the field, not the drawer that it is in.
      data-mantine-stop-propagation="true"
      onKeyDown={(event) => {
        const title = event.currentTarget.value.trim();
        if (event.key === "Escape") close();
        if (event.key === "Enter" && title !== "") {
          patch.mutate({ title });
          close();
        }
      }}
    />
  );
}
