/** Files dropped anywhere, sent a few at a time; the tray at the edge shows how far each is. On the page of a
 * conversation they go into it, else into the workspace. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { asProblem, type Problem } from "../api/problems";
import { useSession } from "../app/session";
import { useMessages } from "../i18n/messages";
import { toast } from "../design/toasts";
import { DropCurtain } from "./DropCurtain";
import { Tray } from "./Tray";
import { filesKey } from "./files";
import { upload, type FileIds, type Progress } from "./upload";

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
  /** Lets files go into a conversation from now on; null: into the workspace. */
  aim: (sessionId: string | null) => void;
}

const AT_ONCE = 3;
const Context = createContext<Uploads | null>(null);

export function isBusy(item: Item): boolean {
  return !["ready", "existed", "failed"].includes(item.phase);
}

/** Files that are dropped while the component is shown go into the conversation. */
export function useUploadsInto(sessionId: string): readonly Item[] {
  const { items, aim } = useUploads();
  useEffect(() => {
    aim(sessionId);
    return () => aim(null);
  }, [aim, sessionId]);
  return useMemo(() => items.filter((item) => item.sessionId === sessionId), [items, sessionId]);
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
  const [sessionId, aim] = useState<string | null>(null);
  const nextId = useRef(1);
  const running = useRef(new Map<number, AbortController>());
  const input = useRef<HTMLInputElement>(null);

  const change = useCallback((id: number, part: Partial<Item>) => {
    setItems((all) => all.map((each) => (each.id === id ? { ...each, ...part } : each)));
  }, []);

  const add = useCallback(
    (files: Iterable<File>) => {
      if (!mayEdit && sessionId === null) {
        toast(m.uploads.cannotWrite, { tone: "danger" });
        return;
      }
      const added = [...files].map((file) => ({ id: nextId.current++, file, phase: "waiting", share: null, problem: null, sessionId, ids: [] }) as Item);
      setItems((all) => [...all, ...added]);
    },
    [m, mayEdit, sessionId],
  );

  useEffect(() => {
    for (const item of items) {
      if (running.current.size >= AT_ONCE) break;
      if (item.phase !== "waiting" || running.current.has(item.id)) continue;
      const controller = new AbortController();
      running.current.set(item.id, controller);
      upload(item.file, item.sessionId, (progress, ids) => change(item.id, { ...progress, ...(ids && { ids }) }), controller.signal)
        .catch((error: unknown) => change(item.id, { phase: "failed", problem: asProblem(error) }))
        .finally(() => {
          running.current.delete(item.id);
          setItems((all) => [...all]);
          const keys = item.sessionId === null ? [["documents"], ["datasets"], ["library"]] : [filesKey(item.sessionId)];
          for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
        });
    }
  }, [items, change, queries]);

  const drop = useCallback((gone: (item: Item) => boolean) => setItems((all) => all.filter((each) => !gone(each))), []);
  const retry = useCallback((item: Item) => change(item.id, { phase: "waiting", problem: null }), [change]);
  const uploads = useMemo<Uploads>(() => ({ items, add, choose: () => input.current?.click(), drop, retry, aim }), [items, add, drop, retry]);
  // The page of a conversation shows its files itself.
  const elsewhere = useMemo(() => items.filter((item) => item.sessionId === null || item.sessionId !== sessionId), [items, sessionId]);
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
      <DropCurtain drop={add} intoConversation={sessionId !== null} />
      <Tray
        items={elsewhere}
        retry={retry}
        close={() => drop((each) => elsewhere.includes(each) && !running.current.has(each.id))}
      />
    </Context>
  );
}
