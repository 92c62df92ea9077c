/** Who is signed in, the workspace they work in, and what their role may do there. */
import { createContext, useContext } from "react";
import type { Me, Role, WorkspaceOut } from "../api/schema";

export interface Session {
  me: Me;
  workspace: WorkspaceOut;
  role: Role;
  mayEdit: boolean;
  mayAdminister: boolean;
  ownsServer: boolean;
  /** Asks the server again who is signed in. */
  reload: () => void;
}

const KEY = "answerable.workspace";
const RANK: Record<Role, number> = { viewer: 0, editor: 1, admin: 2, owner: 3 };

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("no session");
  return session;
}

/** The session in the workspace that was chosen here last, else in the first; null without any. */
export function sessionOf(me: Me, reload: () => void): Session | null {
  const chosen = localStorage.getItem(KEY);
  const membership = me.memberships.find((each) => each.workspace.id === chosen) ?? me.memberships[0];
  if (membership === undefined) return null;
  const rank = RANK[membership.role];
  return {
    me,
    workspace: membership.workspace,
    role: membership.role,
    mayEdit: rank >= RANK.editor,
    mayAdminister: rank >= RANK.admin,
    ownsServer: me.server_owner,
    reload,
  };
}

/** Goes on in another workspace, with nothing kept of this one. */
export function switchWorkspace(id: string): void {
  localStorage.setItem(KEY, id);
  location.assign("/");
}
