/** The tags of a conversation. */
import { Stack, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SessionView } from "../api/schema";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import { knownTags, LISTS, usePatch } from "./list";

const MOST = 20;
const LONGEST = 50;

export function TagsDialog({ session, close }: { session: SessionView; close: () => void }) {
  const m = useMessages();
  const [tags, setTags] = useState(session.tags);
  const known = useQuery({ queryKey: [...LISTS, "tags"], queryFn: knownTags });
  const patch = usePatch(session);
  const save = () => patch.mutate({ tags }, { onSuccess: close });
  return (
    <Dialog opened onClose={close} title={m.conversations.tagsOf(session.title ?? m.conversations.untitled)} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack>
          <TagsInput data-autofocus label={m.conversations.tags} description={m.conversations.tagsHint} maxTags={MOST} maxLength={LONGEST} data={known.data ?? []} value={tags} onChange={setTags} acceptValueOnBlur />
          <FailureNote error={patch.error} />
          <DialogButtons busy={patch.isPending} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
