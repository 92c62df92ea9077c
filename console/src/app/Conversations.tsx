/** The latest conversations in the sidebar, each told in short, renamed, pinned or deleted in place. */
import { ActionIcon, Menu, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { IconDots, IconJson, IconMarkdown, IconNotes, IconPencil, IconPin, IconPinFilled, IconPinnedOff, IconShare2, IconTrash } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { api, done, read } from "../api/client";
import type { SessionPatch, SessionView } from "../api/schema";
import { problemText } from "../design/Failure";
import { asProblem } from "../api/problems";
import { raw } from "../api/transport";
import { fileName, saveBlob } from "../design/saving";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import css from "./shell.module.css";

const ShareConversation = lazy(() => import("./ShareConversation").then((module) => ({ default: module.ShareConversation })));
const Recap = lazy(() => import("./Recap").then((module) => ({ default: module.Recap })));

const SHOWN = 40;
const KEY = ["conversations", "list"];

export function useConversations() {
  return useQuery({ queryKey: KEY, queryFn: () => read(api.GET("/api/v1/chat/sessions", { params: { query: { limit: SHOWN, archived: false } } })) });
}

export function Conversations() {
  const m = useMessages();
  const conversations = useConversations();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const items = (conversations.data?.items ?? []).filter((each) => each.title !== null && !hidden.has(each.id));
  if (items.length === 0) return null;
  const hide = (id: string, yes: boolean) => setHidden((now) => new Set(yes ? [...now, id] : [...now].filter((each) => each !== id)));
  const sorted = [...items.filter((each) => each.pinned), ...items.filter((each) => !each.pinned)];
  return (
    <div className={css.section}>
      <Text className={css.sectionName} component="h2">
        {m.nav.conversations}
      </Text>
      {sorted.map((session) => (
        <Line key={session.id} session={session} hide={hide} />
      ))}
    </div>
  );
}

function Line({ session, hide }: { session: SessionView; hide: (id: string, yes: boolean) => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const open = useParams({ strict: false }).sessionId === session.id;
  const [renaming, setRenaming] = useState(false);
  const [sharing, setSharing] = useState(false);
  const [recapping, setRecapping] = useState(false);
  const save = async (format: "json" | "markdown") => {
    const response = await raw(`/api/v1/chat/sessions/${session.id}/export?format=${format}`);
    saveBlob(`${fileName(session.title)}.${format === "json" ? "json" : "md"}`, await response.blob());
  };
  const failed = (error: unknown) => toast(problemText(asProblem(error), m), { tone: "danger" });
  const path = { params: { path: { session_id: session.id } } };
  const patch = useMutation({
    mutationFn: (body: SessionPatch) => read(api.PATCH("/api/v1/chat/sessions/{session_id}", { ...path, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
    onError: failed,
  });
  const remove = () => {
    hide(session.id, true);
    if (open) void navigate({ to: "/" });
    toast(m.conversations.deleted(session.title ?? ""), {
      undo: () => hide(session.id, false),
      expired: () =>
        void done(api.DELETE("/api/v1/chat/sessions/{session_id}", { ...path, keepalive: true }))
          .catch((error: unknown) => {
            hide(session.id, false);
            failed(error);
          })
          .finally(() => queries.invalidateQueries({ queryKey: KEY })),
    });
  };
  if (renaming) {
    return (
      <TextInput
        size="xs"
        autoFocus
        aria-label={m.conversations.rename}
        defaultValue={session.title ?? ""}
        maxLength={200}
        onBlur={() => setRenaming(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setRenaming(false);
          if (event.key === "Enter" && event.currentTarget.value.trim() !== "") {
            patch.mutate({ title: event.currentTarget.value.trim() });
            setRenaming(false);
          }
        }}
      />
    );
  }
  return (
    <div className={css.conversation}>
      <Link to="/c/$sessionId" params={{ sessionId: session.id }} className={css.place} activeProps={{ "data-active": true, "aria-current": "page" }}>
        {session.pinned && <IconPinFilled size={13} aria-hidden className={css.pinned} />}
        <span className={css.conversationTitle}>{session.title}</span>
      </Link>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon size="sm" variant="subtle" color="gray" className={css.conversationMenu} aria-label={m.conversations.menu(session.title ?? "")}>
            <IconDots size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconNotes size={15} />} onClick={() => setRecapping(true)}>
            {m.recap.title}
          </Menu.Item>
          <Menu.Item leftSection={<IconShare2 size={15} />} onClick={() => setSharing(true)}>
            {m.share.title}
          </Menu.Item>
          <Menu.Item leftSection={<IconMarkdown size={15} />} onClick={() => void save("markdown").catch(failed)}>
            {m.dashboards.saveAs("Markdown")}
          </Menu.Item>
          <Menu.Item leftSection={<IconJson size={15} />} onClick={() => void save("json").catch(failed)}>
            {m.dashboards.saveAs("JSON")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setRenaming(true)}>
            {m.conversations.rename}
          </Menu.Item>
          <Menu.Item leftSection={session.pinned ? <IconPinnedOff size={15} /> : <IconPin size={15} />} onClick={() => patch.mutate({ pinned: !session.pinned })}>
            {session.pinned ? m.conversations.unpin : m.conversations.pin}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={remove}>
            {m.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {recapping && (
        <Suspense>
          <Recap sessionId={session.id} title={session.title ?? ""} close={() => setRecapping(false)} />
        </Suspense>
      )}
      {sharing && (
        <Suspense>
          <ShareConversation sessionId={session.id} close={() => setSharing(false)} />
        </Suspense>
      )}
    </div>
  );
}
