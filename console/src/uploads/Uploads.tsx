/** Files dropped anywhere, sent a few at a time; the tray at the edge shows how far each is. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { asProblem, type Problem } from "../api/problems";
import { useSession } from "../app/session";
import { useMessages } from "../i18n/messages";
import { toast } from "../design/toasts";
import { DropCurtain } from "./DropCurtain";
import { Tray } from "./Tray";
import { upload, type Progress } from "./upload";

export interface Item extends Progress {
  id: number;
  file: File;
  problem: Problem | null;
}

interface Uploads {
  add: (files: Iterable<File>) => void;
  choose: () => void;
}

const AT_ONCE = 3;
const Context = createContext<Uploads | null>(null);

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
  const nextId = useRef(1);
  const running = useRef(new Map<number, AbortController>());
  const input = useRef<HTMLInputElement>(null);

  const change = useCallback((id: number, part: Partial<Item>) => {
    setItems((all) => all.map((each) => (each.id === id ? { ...each, ...part } : each)));
  }, []);

  const add = useCallback(
    (files: Iterable<File>) => {
      if (!mayEdit) {
        toast(m.uploads.cannotWrite, { tone: "danger" });
        return;
      }
      const added = [...files].map((file) => ({ id: nextId.current++, file, phase: "waiting", share: null, problem: null }) as Item);
      setItems((all) => [...all, ...added]);
    },
    [m, mayEdit],
  );

  useEffect(() => {
    for (const item of items) {
      if (running.current.size >= AT_ONCE) break;
      if (item.phase !== "waiting" || running.current.has(item.id)) continue;
      const controller = new AbortController();
      running.current.set(item.id, controller);
      upload(item.file, (progress) => change(item.id, progress), controller.signal)
        .catch((error: unknown) => change(item.id, { phase: "failed", problem: asProblem(error) }))
        .finally(() => {
          running.current.delete(item.id);
          setItems((all) => [...all]);
          for (const kind of ["documents", "datasets", "library"]) void queries.invalidateQueries({ queryKey: [kind] });
        });
    }
  }, [items, change, queries]);

  const uploads = useMemo<Uploads>(() => ({ add, choose: () => input.current?.click() }), [add]);
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
      <DropCurtain drop={add} />
      <Tray
        items={items}
        retry={(item) => change(item.id, { phase: "waiting", problem: null })}
        close={() => setItems((all) => all.filter((each) => running.current.has(each.id)))}
      />
    </Context>
  );
}
