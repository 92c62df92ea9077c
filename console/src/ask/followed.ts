/** The conversations whose answers come in this window now: it knows more of them than the server has kept. */
import type { QueryKey } from "@tanstack/react-query";

const followed = new Map<string, number>();

/** Says that an answer comes; call what is given back when it is there. */
export function follows(sessionId: string): () => void {
  followed.set(sessionId, (followed.get(sessionId) ?? 0) + 1);
  return () => {
    const left = (followed.get(sessionId) ?? 1) - 1;
    if (left === 0) followed.delete(sessionId);
    else followed.set(sessionId, left);
  };
}

/** Whether a query is for the messages of such a conversation. They are asked for when the answer is there. */
export function isFollowed([first, sessionId, what]: QueryKey): boolean {
  return first === "conversations" && what === "messages" && followed.has(String(sessionId));
}
