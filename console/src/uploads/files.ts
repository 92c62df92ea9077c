/** The files of a conversation, as the server keeps them. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { DatasetSummary, DocumentView } from "../api/schema";

const SHOWN = 200;
const LOOK_AGAIN_MS = 2000;

export interface ConversationFile {
  id: string;
  name: string;
  kind: "document" | "dataset";
  status: DocumentView["status"] | DatasetSummary["status"];
  error: { code: string; detail: string } | null;
}

export function filesKey(sessionId: string): readonly string[] {
  return ["conversations", sessionId, "files"];
}

export function useFiles(sessionId: string) {
  return useQuery({
    queryKey: filesKey(sessionId),
    queryFn: () => readFiles(sessionId),
    refetchInterval: ({ state }) => (state.data?.some((file) => file.status === "queued" || file.status === "processing") ? LOOK_AGAIN_MS : false),
  });
}

async function readFiles(sessionId: string): Promise<ConversationFile[]> {
  const wanted = { params: { path: { session_id: sessionId }, query: { limit: SHOWN } } };
  const [documents, datasets] = await Promise.all([
    read(api.GET("/api/v1/chat/sessions/{session_id}/documents", wanted)),
    read(api.GET("/api/v1/chat/sessions/{session_id}/datasets", wanted)),
  ]);
  return [
    ...documents.items.map((each) => ({ id: each.id, name: each.file_name, kind: "document" as const, status: each.status, error: each.error ?? null })),
    ...datasets.items.map((each) => ({ id: each.id, name: each.label, kind: "dataset" as const, status: each.status, error: each.error ?? null })),
  ];
}
