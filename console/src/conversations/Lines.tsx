/** Conversations one below the other; only those in sight are drawn, and more are read as the end comes near. */
import { Badge, UnstyledButton } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { IconPinFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { MessageHit, SessionView } from "../api/schema";
import { useFormats, useMessages } from "../i18n/messages";
import { ConversationMenu } from "./ConversationMenu";
import css from "./conversations.module.css";
import { marked } from "./marked";
import { Rename } from "./Rename";
import { useSnippets } from "./snippets";

const LINE_HEIGHT = 57;
const AHEAD = 10;

interface Props {
  sessions: readonly SessionView[];
  /** What is looked for in them; may be empty. */
  q: string;
  /** Reads the next page; null while it is read and where there is none. */
  more: (() => void) | null;
  chooseTag: (tag: string) => void;
}

export function Lines({ sessions, q, more, chooseTag }: Props) {
  const hits = useSnippets(q, sessions);
  const m = useMessages();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const hide = (id: string, yes: boolean) => setHidden((now) => new Set(yes ? [...now, id] : [...now].filter((each) => each !== id)));
  const shown = sessions.filter((each) => !hidden.has(each.id));
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => setMargin(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({ count: shown.length, estimateSize: () => LINE_HEIGHT, overscan: AHEAD, scrollMargin: margin });
  const inSight = virtual.getVirtualItems();
  const above = (inSight[0]?.start ?? margin) - margin;
  const below = virtual.getTotalSize() - ((inSight.at(-1)?.end ?? margin) - margin);
  const end = inSight.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== null && end >= shown.length - AHEAD) more();
  }, [more, end, shown.length]);
  return (
    <ul ref={list} className={css.list} aria-label={m.nav.allConversations} style={{ paddingTop: above, paddingBottom: Math.max(0, below) }}>
      {inSight.map(({ index }) => {
        const session = shown[index];
        return (
          session && (
            <li key={session.id} ref={virtual.measureElement} data-index={index} className={css.line} aria-posinset={index + 1} aria-setsize={more === null ? shown.length : -1}>
              <Line session={session} hit={hits.get(session.id)} q={q} hide={hide} chooseTag={chooseTag} />
            </li>
          )
        );
      })}
    </ul>
  );
}

interface LineProps {
  session: SessionView;
  /** The message that has the words looked for. */
  hit: MessageHit | undefined;
  q: string;
  hide: (id: string, yes: boolean) => void;
  chooseTag: (tag: string) => void;
}

function Line({ session, hit, q, hide, chooseTag }: LineProps) {
  const m = useMessages();
  const f = useFormats();
  const [renaming, setRenaming] = useState(false);
  return (
    <>
      <div className={css.main}>
        {renaming ? (
          <Rename session={session} close={() => setRenaming(false)} />
        ) : (
          <Link to="/c/$sessionId" params={{ sessionId: session.id }} className={css.title}>
            {session.pinned && <IconPinFilled size={13} aria-label={m.conversations.states.pinned} className={css.pin} />}
            <span>{session.title ?? m.conversations.untitled}</span>
          </Link>
        )}
        {hit && (
          <Link to="/c/$sessionId" params={{ sessionId: session.id }} search={{ at: hit.message_id }} className={css.said}>
            {marked(hit.snippet, q).map((piece, place) => (piece.marked ? <mark key={place}>{piece.text}</mark> : piece.text))}
          </Link>
        )}
        <div className={css.facts}>
          <span title={f.moment(session.updated_at)}>{m.conversations.used(f.ago(session.updated_at))}</span>
          {session.archived && (
            <Badge size="sm" color="gray">
              {m.conversations.states.archived}
            </Badge>
          )}
          {session.tags.map((tag) => (
            <UnstyledButton key={tag} className={css.tagButton} aria-label={m.conversations.withTag(tag)} onClick={() => chooseTag(tag)}>
              {tag}
            </UnstyledButton>
          ))}
        </div>
      </div>
      {/* Its button takes the focus back when the menu closes: away from the field, which would be gone. */}
      {!renaming && <ConversationMenu session={session} rename={() => setRenaming(true)} hide={hide} />}
    </>
  );
}
