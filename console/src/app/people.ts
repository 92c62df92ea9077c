/** The names of the workspace's members. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import { useSession } from "./session";

const MEMBERS = 200;

export interface Named {
  id: string;
  name: string;
}

/** The members, as people are called here; none while nobody knows. */
export function useMembers(): readonly Named[] {
  const { workspace } = useSession();
  const members = useQuery({
    queryKey: ["members", "names", workspace.id],
    queryFn: () => read(api.GET("/api/v1/workspaces/{workspace_id}/members", { params: { path: inWorkspace(workspace.id), query: { limit: MEMBERS } } })),
    staleTime: 60_000,
  });
  return (members.data?.items ?? []).map(({ user }) => ({ id: user.id, name: user.name }));
}

/** What to call a member by their id; null for who is no member any more, and while nobody knows. */
export function useNames(): (userId: string | null) => string | null {
  const members = useMembers();
  return (userId) => members.find((each) => each.id === userId)?.name ?? null;
}

/** The API's document leaves the id in these addresses undeclared. */
export function inWorkspace(workspace_id: string): undefined {
  return { workspace_id } as unknown as undefined;
}
