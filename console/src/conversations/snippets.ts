/** Where in a conversation the words that somebody looks for were said. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { MessageHit, SessionView } from "../api/schema";

const MOST = 50;

/** The newest message of each conversation that has all the words, by the conversation's id; of those whose title alone has them there is none. */
export function useSnippets(q: string, sessions: readonly SessionView[]): ReadonlyMap<string, MessageHit> {
  // In pages that stay as they are when another one follows.
  const pages = Array.from({ length: Math.ceil(sessions.length / MOST) }, (_, page) => sessions.slice(page * MOST, (page + 1) * MOST).map(({ id }) => id));
  const hits = useQuery({
    queryKey: ["conversations", "said", q, pages],
    queryFn: async () => {
      const found = await Promise.all(pages.map((session_id) => read(api.GET("/api/v1/chat/search", { params: { query: { q, found_in: "message", limit: MOST, session_id } } }))));
      return found.flatMap(({ items }) => items);
    },
    enabled: q !== "" && pages.length > 0,
    placeholderData: (before) => before,
  });
  return new Map(q === "" ? [] : (hits.data ?? []).map((hit) => [hit.session_id, hit]));
}
