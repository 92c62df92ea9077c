/** The latest conversations in the sidebar, pinned ones first. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconPinFilled } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { SessionView } from "../api/schema";
import { ConversationMenu } from "../conversations/ConversationMenu";
import { LISTS } from "../conversations/list";
import { Rename } from "../conversations/Rename";
import { useMessages } from "../i18n/messages";
import css from "./shell.module.css";

/** As many as leave the pages below in sight; the others are on a page of their own. */
const PINNED = 5;
const LATEST = 6;

async function readLatest(): Promise<SessionView[]> {
  const [pinned, latest] = await Promise.all(
    [PINNED, LATEST].map((limit, place) => read(api.GET("/api/v1/chat/sessions", { params: { query: { limit, archived: false, pinned: place === 0 } } }))),
  );
  return [...(pinned?.items ?? []), ...(latest?.items ?? [])];
}

export function Conversations() {
  const m = useMessages();
  const conversations = useQuery({ queryKey: [...LISTS, "latest"], queryFn: readLatest });
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const items = (conversations.data ?? []).filter((each) => each.title !== null && !hidden.has(each.id));
  if (items.length === 0) return null;
  const hide = (id: string, yes: boolean) => setHidden((now) => new Set(yes ? [...now, id] : [...now].filter((each) => each !== id)));
  return (
    <div className={css.section}>
      <Text className={css.sectionName} component="h2">
        {m.nav.conversations}
      </Text>
      {items.map((session) => (
        <Line key={session.id} session={session} hide={hide} />
      ))}
    </div>
  );
}

function Line({ session, hide }: { session: SessionView; hide: (id: string, yes: boolean) => void }) {
  const [renaming, setRenaming] = useState(false);
  if (renaming) return <Rename session={session} close={() => setRenaming(false)} />;
  return (
    <div className={css.conversation}>
      <Link to="/c/$sessionId" params={{ sessionId: session.id }} className={css.place} activeProps={{ "data-active": true, "aria-current": "page" }}>
        {session.pinned && <IconPinFilled size={13} aria-hidden className={css.pinned} />}
        <span className={css.conversationTitle}>{session.title}</span>
      </Link>
      <ConversationMenu session={session} rename={() => setRenaming(true)} hide={hide} className={css.conversationMenu} />
    </div>
  );
}
