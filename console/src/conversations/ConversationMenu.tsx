/** What can be done with a conversation, behind one button. */
import { ActionIcon, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { IconArchive, IconArchiveOff, IconDots, IconJson, IconMarkdown, IconNotes, IconPencil, IconPin, IconPinnedOff, IconShare2, IconTags, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done } from "../api/client";
import { asProblem } from "../api/problems";
import type { SessionView } from "../api/schema";
import { raw } from "../api/transport";
import { part } from "../app/chunk";
import { problemText } from "../design/Failure";
import { fileName, saveBlob } from "../design/saving";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { LISTS, usePatch } from "./list";

const ShareConversation = part(() => import("../app/ShareConversation"), "ShareConversation");
const Recap = part(() => import("../app/Recap"), "Recap");
const TagsDialog = part(() => import("./TagsDialog"), "TagsDialog");

interface Props {
  session: SessionView;
  rename: () => void;
  /** Takes the conversation out of the list while its deletion can be undone, or puts it back. */
  hide: (id: string, yes: boolean) => void;
  className?: string | undefined;
}

export function ConversationMenu({ session, rename, hide, className }: Props) {
  const m = useMessages();
  const title = session.title ?? m.conversations.untitled;
  const [open, setOpen] = useState<"recap" | "share" | "tags" | null>(null);
  const close = () => setOpen(null);
  const patch = usePatch(session);
  const remove = useRemoval(session, hide);
  const save = async (format: "json" | "markdown") => {
    const response = await raw(`/api/v1/chat/sessions/${session.id}/export?format=${format}`);
    saveBlob(`${fileName(session.title)}.${format === "json" ? "json" : "md"}`, await response.blob());
  };
  const failed = (error: unknown) => toast(problemText(asProblem(error), m), { tone: "danger" });
  const archive = () => {
    const archived = !session.archived;
    patch.mutate({ archived }, { onSuccess: () => toast(archived ? m.conversations.archived(title) : m.conversations.unarchived(title), { undo: () => patch.mutate({ archived: !archived }) }) });
  };
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon size="sm" variant="subtle" color="gray" className={className} aria-label={m.conversations.menu(title)}>
            <IconDots size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconNotes size={15} />} onClick={() => setOpen("recap")}>
            {m.recap.title}
          </Menu.Item>
          <Menu.Item leftSection={<IconShare2 size={15} />} onClick={() => setOpen("share")}>
            {m.share.title}
          </Menu.Item>
          <Menu.Item leftSection={<IconMarkdown size={15} />} onClick={() => void save("markdown").catch(failed)}>
            {m.dashboards.saveAs("Markdown")}
          </Menu.Item>
          <Menu.Item leftSection={<IconJson size={15} />} onClick={() => void save("json").catch(failed)}>
            {m.dashboards.saveAs("JSON")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={rename}>
            {m.conversations.rename}
          </Menu.Item>
          <Menu.Item leftSection={<IconTags size={15} />} onClick={() => setOpen("tags")}>
            {m.conversations.tags}
          </Menu.Item>
          <Menu.Item leftSection={session.pinned ? <IconPinnedOff size={15} /> : <IconPin size={15} />} onClick={() => patch.mutate({ pinned: !session.pinned })}>
            {session.pinned ? m.conversations.unpin : m.conversations.pin}
          </Menu.Item>
          <Menu.Item leftSection={session.archived ? <IconArchiveOff size={15} /> : <IconArchive size={15} />} onClick={archive}>
            {session.archived ? m.conversations.unarchive : m.conversations.archive}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={remove}>
            {m.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === "recap" && <Recap sessionId={session.id} title={title} close={close} />}
      {open === "share" && <ShareConversation sessionId={session.id} close={close} />}
      {open === "tags" && <TagsDialog session={session} close={close} />}
    </>
  );
}

/** Deletes a conversation once it can no longer be undone. */
function useRemoval(session: SessionView, hide: Props["hide"]): () => void {
  const m = useMessages();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const isOpen = useParams({ strict: false }).sessionId === session.id;
  const path = { params: { path: { session_id: session.id } } };
  return () => {
    hide(session.id, true);
    if (isOpen) void navigate({ to: "/" });
    toast(m.conversations.deleted(session.title ?? m.conversations.untitled), {
      undo: () => hide(session.id, false),
      expired: () =>
        void done(api.DELETE("/api/v1/chat/sessions/{session_id}", { ...path, keepalive: true }))
          .catch((error: unknown) => {
            hide(session.id, false);
            toast(problemText(asProblem(error), m), { tone: "danger" });
          })
          .finally(() => queries.invalidateQueries({ queryKey: LISTS })),
    });
  };
}
