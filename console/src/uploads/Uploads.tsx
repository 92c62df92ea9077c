/** Files dropped anywhere, sent a few at a time; the tray at the edge shows how far each is. On the page of a
 * conversation they go into it; where questions begin it is asked whether they make one, else they go into the workspace. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { api, read } from "../api/client";
import { asProblem, type Problem } from "../api/problems";
import { useSession } from "../app/session";
import { takeAlong } from "../ask/drafts";
import { problemText } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import { toast } from "../design/toasts";
import { DropCurtain } from "./DropCurtain";
import { Tray } from "./Tray";
import { filesKey } from "./files";
import { isGivenUp, upload, type FileIds, type Progress } from "./upload";
import { WhereTo } from "./WhereTo";

export interface Item extends Progress {
  id: number;
  file: File;
  problem: Problem | null;
  /** The conversation that it goes into; null for the workspace. */
  sessionId: string | null;
  ids: FileIds;
}

interface Uploads {
  items: readonly Item[];
  add: (files: Iterable<File>) => void;
  choose: () => void;
  /** Takes lines off the list of what is being added. */
  drop: (gone: (item: Item) => boolean) => void;
  retry: (item: Item) => void;
  /** Gives up a file that is not sent yet, or is being sent. */
  cancel: (item: Item) => void;
  /** Lets files go there from now on. */
  aim: (target: Target) => void;
}

/** A conversation by its id; `ask`: a new one or the workspace, as the person decides; `unknown`: that is found out; null: the
 * workspace. */
type Target = { sessionId: string } | "ask" | "unknown" | null;

const AT_ONCE = 3;
const Context = createContext<Uploads | null>(null);

export function isBusy(item: Item): boolean {
  return !["ready", "existed", "failed"].includes(item.phase);
}

/** Whether a file is not on the server yet: it can be given up, and nothing of it stays. */
export function isOnItsWay(item: Item): boolean {
  return item.phase === "waiting" || item.phase === "uploading";
}

function isReady(item: Item): boolean {
  return !isBusy(item) && item.phase !== "failed";
}

/** Files that are dropped while the component is shown go into the conversation. */
export function useUploadsInto(sessionId: string): readonly Item[] {
  const { items, aim } = useUploads();
  useEffect(() => {
    aim({ sessionId });
    return () => aim(null);
  }, [aim, sessionId]);
  return useMemo(() => items.filter((item) => item.sessionId === sessionId), [items, sessionId]);
}

/** Files that are dropped while the component is shown may begin a conversation; while nobody knows (null), they wait. */
export function useUploadsBegin(begins: boolean | null): void {
  const { aim } = useUploads();
  useEffect(() => {
    aim(begins === null ? "unknown" : begins ? "ask" : null);
    return () => aim(null);
  }, [aim, begins]);
}

export function useUploads(): Uploads {
  const uploads = useContext(Context);
  if (uploads === null) throw new Error("no UploadsProvider");
  return uploads;
}

export function UploadsProvider({ children }: { children: ReactNode }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const [items, setItems] = useState<readonly Item[]>([]);
  const navigate = useNavigate();
  const [target, aim] = useState<Target>(null);
  const sessionId = typeof target === "object" ? (target?.sessionId ?? null) : null;
  const [undecided, setUndecided] = useState<readonly File[]>([]);
  const [waiting, setWaiting] = useState<readonly File[]>([]);
  const nextId = useRef(1);
  const running = useRef(new Map<number, AbortController>());
  const input = useRef<HTMLInputElement>(null);

  const change = useCallback((id: number, part: Partial<Item>) => {
    setItems((all) => all.map((each) => (each.id === id ? { ...each, ...part } : each)));
  }, []);

  const addTo = useCallback((files: Iterable<File>, into: string | null) => {
    const added = [...files].map((file) => ({ id: nextId.current++, file, phase: "waiting", share: null, problem: null, sessionId: into, ids: [] }) as Item);
    setItems((all) => [...all, ...added]);
  }, []);

  const begin = useCallback(
    async (files: readonly File[]) => {
      const session = await read(api.POST("/api/v1/chat/sessions", { body: { channel: "console", tags: [] } }));
      addTo(files, session.id);
      takeAlong(session.id);
      await navigate({ to: "/c/$sessionId", params: { sessionId: session.id } });
    },
    [addTo, navigate],
  );

  const add = useCallback(
    (dropped: Iterable<File>) => {
      const files = [...dropped];
      if (files.length === 0) return;
      if (target === "unknown") setWaiting((all) => [...all, ...files]);
      else if (target === "ask" && mayEdit) setUndecided(files);
      else if (target === "ask") begin(files).catch((error: unknown) => toast(problemText(asProblem(error), m), { tone: "danger" }));
      else if (!mayEdit && sessionId === null) toast(m.uploads.cannotWrite, { tone: "danger" });
      else addTo(files, sessionId);
    },
    [m, mayEdit, target, sessionId, addTo, begin],
  );

  useEffect(() => {
    if (target === "unknown" || waiting.length === 0) return;
    setWaiting([]);
    add(waiting);
  }, [target, waiting, add]);

  useEffect(() => {
    for (const item of items) {
      if (running.current.size >= AT_ONCE) break;
      if (item.phase !== "waiting" || running.current.has(item.id)) continue;
      const controller = new AbortController();
      running.current.set(item.id, controller);
      upload(item.file, item.sessionId, (progress, ids) => change(item.id, { ...progress, ...(ids && { ids }) }), controller.signal)
        .catch((error: unknown) => {
          if (!controller.signal.aborted) change(item.id, { phase: "failed", problem: asProblem(error) });
          // Its line is gone; that it could not be deleted again is told all the same.
          else if (!isGivenUp(error)) toast(m.uploads.stays(item.file.name), { tone: "danger" });
        })
        .finally(() => {
          running.current.delete(item.id);
          setItems((all) => [...all]);
          const keys = item.sessionId === null ? [["documents"], ["datasets"], ["library"]] : [filesKey(item.sessionId)];
          for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
        });
    }
  }, [items, change, queries, m]);

  const drop = useCallback((gone: (item: Item) => boolean) => setItems((all) => all.filter((each) => !gone(each))), []);
  const retry = useCallback((item: Item) => change(item.id, { phase: "waiting", problem: null }), [change]);
  const cancel = useCallback(
    (item: Item) => {
      running.current.get(item.id)?.abort();
      drop((each) => each.id === item.id);
    },
    [drop],
  );
  const uploads = useMemo<Uploads>(() => ({ items, add, choose: () => input.current?.click(), drop, retry, cancel, aim }), [items, add, drop, retry, cancel]);
  // The page of a conversation shows its files itself; elsewhere there is something to tell of them until they are ready.
  const elsewhere = useMemo(() => items.filter((item) => item.sessionId === null || (item.sessionId !== sessionId && !isReady(item))), [items, sessionId]);
  return (
    <Context value={uploads}>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={(event) => {
          add(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
      <DropCurtain drop={add} to={sessionId !== null ? "conversation" : target === null ? "workspace" : mayEdit ? "either" : "new"} />
      {undecided.length > 0 && (
        <WhereTo
          files={undecided}
          intoConversation={async () => {
            await begin(undecided);
            setUndecided([]);
          }}
          intoWorkspace={() => {
            addTo(undecided, null);
            setUndecided([]);
          }}
          close={() => setUndecided([])}
        />
      )}
      <Tray
        items={elsewhere}
        retry={retry}
        cancel={cancel}
        close={() => drop((each) => elsewhere.includes(each) && !running.current.has(each.id))}
      />
    </Context>
  );
}
