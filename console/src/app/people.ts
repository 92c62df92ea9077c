/** The members of the workspace: what to call them, and those that are looked for. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { api, read } from "../api/client";
import { useSession } from "./session";

const AT_ONCE = 100;
const FOUND = 50;

export interface Named {
  id: string;
  name: string;
}

interface Wanted {
  q?: string;
  user_id?: string[];
}

async function membersOf(workspaceId: string, wanted: Wanted, limit: number): Promise<Named[]> {
  const { items } = await read(api.GET("/api/v1/workspaces/{workspace_id}/members", { params: { path: inWorkspace(workspaceId), query: { limit, ...wanted } } }));
  return items.map(({ user }) => ({ id: user.id, name: user.name }));
}

/** The members whose names or addresses have the text, the first of them. */
export function useMembersFound(q: string): readonly Named[] {
  const { workspace } = useSession();
  const members = useQuery({
    queryKey: ["members", "found", workspace.id, q],
    queryFn: () => membersOf(workspace.id, q === "" ? {} : { q }, FOUND),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return members.data ?? [];
}

/** What to call a member by their id; null for who is no member any more, and while nobody knows. Whoever is asked for is looked up: a workspace may have more members than anybody wants to load. */
export function useNames(): (userId: string | null) => string | null {
  const { workspace } = useSession();
  const [asked, setAsked] = useState<readonly string[]>([]);
  const next = useRef(new Set<string>());
  const members = useQuery({
    queryKey: ["members", "names", workspace.id, asked],
    queryFn: async () => new Map((await Promise.all(parts(asked).map((user_id) => membersOf(workspace.id, { user_id }, AT_ONCE)))).flat().map(({ id, name }) => [id, name])),
    enabled: asked.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
    structuralSharing: false,
  });
  const known = members.data;
  return useCallback(
    (userId) => {
      if (userId === null) return null;
      if (!asked.includes(userId) && !next.current.has(userId)) {
        next.current.add(userId);
        // All that one drawing of the page asks for go together.
        if (next.current.size === 1) {
          queueMicrotask(() => {
            const more = [...next.current];
            next.current.clear();
            setAsked((now) => [...new Set([...now, ...more])].sort());
          });
        }
      }
      return known?.get(userId) ?? null;
    },
    [asked, known],
  );
}

function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, part) => all.slice(part * AT_ONCE, (part + 1) * AT_ONCE));
}

/** The API's document leaves the id in these addresses undeclared. */
export function inWorkspace(workspace_id: string): undefined {
  return { workspace_id } as unknown as undefined;
}
