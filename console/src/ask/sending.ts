/** How a turn is asked of the server: its question once, then its run until there is an answer. */
import type { Problem } from "../api/problems";
import { idsOf, type Turn } from "./turn";

/** No two pages have the same; not from `randomUUID`, which plain HTTP lacks. */
const PAGE = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

interface Sending extends RequestInit {
  path: string;
}

/** The request whose answer are the turn's events. Sent again, it asks nothing twice: it has the turn's key. */
export function requestOf(sessionId: string, turn: Turn): Sending {
  if (turn.runId !== null) return { path: `/api/v1/runs/${turn.runId}/events`, headers: { "Last-Event-ID": turn.lastEventId } };
  const messages = `/api/v1/chat/sessions/${sessionId}/messages`;
  if (turn.regenerates !== undefined) return { path: `${messages}/${turn.regenerates}/regenerate`, ...post(turn, { stream: true }) };
  const wanted = { content: turn.question, stream: true, files: idsOf(turn.files), ...(turn.query && { query: turn.query }), ...(turn.parentId !== undefined && { parent_id: turn.parentId }) };
  return { path: messages, ...post(turn, wanted) };
}

/** Whether a turn that broke off goes on by itself. A question that may have reached the server is sent again; one that the browser
 * could not send, being offline, waits for its person. */
export function isTriedAgain(turn: Turn, problem: Problem, online: boolean): boolean {
  return problem.status === 0 && (turn.runId !== null || online);
}

function post(turn: Turn, body: object): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": `${PAGE}-${turn.key}` }, body: JSON.stringify(body) };
}
