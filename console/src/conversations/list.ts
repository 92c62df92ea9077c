/** What is done with conversations, wherever they are listed. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { SessionPatch, SessionView } from "../api/schema";
import { raw } from "../api/transport";
import { problemText } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";

/** Every list of conversations is kept below this. */
export const LISTS = ["conversations", "list"];

export interface Wanted {
  q: string;
  state: "current" | "pinned" | "archived";
  tag: string | null;
}

const PAGE = 50;

export function pageOf({ q, state, tag }: Wanted, cursor: string | undefined) {
  const query = { limit: PAGE, archived: state === "archived", ...(state === "pinned" && { pinned: true }), ...(q !== "" && { q }), ...(tag !== null && { tag }), ...(cursor !== undefined && { cursor }) };
  return read(api.GET("/api/v1/chat/sessions", { params: { query } }));
}

/** The tags of the conversations used last, in the order of the alphabet. */
export async function knownTags(): Promise<string[]> {
  const { items } = await read(api.GET("/api/v1/chat/sessions", { params: { query: { limit: 200 } } }));
  return [...new Set(items.flatMap((each) => each.tags))].sort((one, other) => one.localeCompare(other));
}

/** Changes a conversation; what goes wrong is told. */
export function usePatch(session: SessionView) {
  const m = useMessages();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SessionPatch) => read(api.PATCH("/api/v1/chat/sessions/{session_id}", { params: { path: { session_id: session.id } }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: LISTS }),
    onError: (error) => toast(problemText(asProblem(error), m), { tone: "danger" }),
  });
}

/** Makes a conversation of a file that one was saved as. Throws Problem. */
export async function bringIn(file: File): Promise<SessionView> {
  const kind = /\.json$/i.test(file.name) || file.type === "application/json" ? "application/json" : "text/markdown";
  const made = await raw("/api/v1/chat/import", { method: "POST", headers: { "Content-Type": kind }, body: await file.arrayBuffer() });
  return (await made.json()) as SessionView;
}
