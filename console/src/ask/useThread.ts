/** A conversation: its turns as the server keeps them, each running one followed over lost connections. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { startTransition, useCallback, useEffect, useReducer, useRef, useState } from "react";
import { api, done, read } from "../api/client";
import { events, type ServerEvent } from "../api/events";
import { asProblem, Offline } from "../api/problems";
import type { MessageView, SemanticQueryOutput } from "../api/schema";
import { useSame } from "../design/useSame";
import { keepDraft, wasTaken } from "./drafts";
import { follows } from "./followed";
import { eachFrame } from "./frames";
import { isTriedAgain, requestOf } from "./sending";
import { afterEvent, newTurn, turnsOf, type Turn, type TurnFile } from "./turn";

const WAITS_MS = [250, 500, 1000, 2000, 4000, 8000];
const PAGE_MESSAGES = 100;

type Action =
  | { kind: "read"; messages: Parameters<typeof turnsOf>[0] }
  | { kind: "add"; turn: Turn; replaceFrom?: string | undefined }
  | { kind: "change"; key: string; change: (turn: Turn) => Turn };

function reduce(turns: readonly Turn[], action: Action): readonly Turn[] {
  switch (action.kind) {
    case "read":
      // What runs here knows more than what was read.
      return turns.some((turn) => turn.state === "running") ? turns : turnsOf(action.messages, turns);
    case "add": {
      const end = turns.findIndex((turn) => turn.key === action.replaceFrom);
      return [...(end === -1 ? turns : turns.slice(0, end)), action.turn];
    }
    case "change":
      return turns.map((turn) => (turn.key === action.key ? action.change(turn) : turn));
  }
}

interface AskOptions {
  query?: SemanticQueryOutput | undefined;
  /** Ask instead of this turn: the question goes on a branch beside it. */
  insteadOf?: Turn | undefined;
  /** The answer that another is wished for beside; the turn is the one that it takes the place of. */
  regenerates?: string | undefined;
  /** Files of the conversation that the question shows. */
  files?: readonly TurnFile[] | undefined;
}

export interface Thread {
  turns: readonly Turn[];
  pending: boolean;
  error: unknown;
  reload: () => void;
  ask: (question: string, options?: AskOptions) => void;
  /** Throws Problem where a run could not be stopped: it goes on. */
  stop: () => Promise<void>;
  /** Shows older messages too; null where there are none. */
  older: (() => void) | null;
  /** Shows the path through a message. Throws Problem. */
  show: (messageId: string) => Promise<void>;
  /** Shows the message, on whichever path and however far back it is. Throws Problem. */
  reach: (messageId: string) => Promise<void>;
}

let asked = 0;

export function useThread(sessionId: string): Thread {
  const queries = useQueryClient();
  const [turns, change] = useReducer(reduce, []);
  // An answer is drawn in pieces between frames: what is typed or scrolled meanwhile goes first.
  const dispatch = useCallback((action: Action) => startTransition(() => change(action)), []);
  const [pages, setPages] = useState(1);
  const following = useRef(new Map<string, AbortController>());
  const messages = useQuery({
    queryKey: ["conversations", sessionId, "messages", pages],
    queryFn: () => newest(sessionId, pages),
    placeholderData: keepPreviousData,
  });

  const follow = useCallback(
    async (turn: Turn) => {
      const controller = new AbortController();
      following.current.set(turn.key, controller);
      const ended = follows(sessionId);
      const become = (make: (turn: Turn) => Turn) => dispatch({ kind: "change", key: turn.key, change: make });
      let now = turn;
      const shown = eachFrame<ServerEvent>((all) => become((before) => all.reduce(afterEvent, before)));
      for (let lost = 0; now.state === "running" && !controller.signal.aborted; ) {
        try {
          const { path, ...options } = requestOf(sessionId, now);
          for await (const event of events(path, { ...options, signal: controller.signal })) {
            now = afterEvent(now, event);
            if (event.name === "run.started") wasTaken(sessionId, turn.question);
            shown.add(event);
            lost = 0;
          }
          if (now.state === "running") throw new Offline();
        } catch (error) {
          if (controller.signal.aborted) break;
          shown.flush();
          const problem = asProblem(error);
          const wait = WAITS_MS[lost];
          if (wait === undefined || !isTriedAgain(now, problem, navigator.onLine)) {
            become((before) => ({ ...before, state: "failed", problem, reconnecting: false }));
            break;
          }
          lost += 1;
          become((before) => ({ ...before, reconnecting: true }));
          await new Promise((resolve) => setTimeout(resolve, wait));
        }
      }
      ended();
      if (controller.signal.aborted) return;
      shown.flush();
      following.current.delete(turn.key);
      // Its files are what they were; a recap is outdated, and read anew when somebody looks.
      void queries.invalidateQueries({ queryKey: ["conversations", sessionId, "recap"], refetchType: "none" });
      await Promise.all([["conversations", "list"], ["conversations", sessionId, "messages"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    [sessionId, queries, dispatch],
  );

  useEffect(() => {
    if (messages.data !== undefined) dispatch({ kind: "read", messages: messages.data.messages });
  }, [messages.data, dispatch]);

  // What was asked before a reload, or in another window, goes on from its run.
  useEffect(() => {
    for (const turn of turns) {
      if (turn.state === "running" && turn.runId !== null && !following.current.has(turn.key)) void follow(turn);
    }
  }, [turns, follow]);

  useEffect(() => {
    const controllers = following.current;
    return () => {
      controllers.forEach((controller) => controller.abort());
      controllers.clear();
    };
  }, []);

  const ask = useCallback<Thread["ask"]>(
    (question, { query, insteadOf, regenerates, files = [] } = {}) => {
      const turn = { ...newTurn(`asked-${(asked += 1)}`, question, query), parentId: insteadOf?.parentId, regenerates, files };
      if (insteadOf === undefined && query === undefined) keepDraft(sessionId, question);
      dispatch({ kind: "add", turn, replaceFrom: insteadOf?.key });
      void follow(turn);
    },
    [follow, dispatch, sessionId],
  );

  const runs = turns.flatMap((turn) => (turn.state === "running" && turn.runId !== null ? [turn.runId] : []));
  const stop = useSame(async () => {
    await Promise.all(runs.map((run_id) => done(api.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id } } }))));
  });

  const { refetch } = messages;
  const show = useCallback(
    async (messageId: string) => {
      await read(api.PATCH("/api/v1/chat/sessions/{session_id}", { params: { path: { session_id: sessionId } }, body: { active_message_id: messageId } }));
      await refetch();
    },
    [sessionId, refetch],
  );

  const reach = useCallback(
    async (messageId: string) => {
      let needed = await pagesTo(sessionId, messageId);
      if (needed === null) {
        await show(messageId);
        needed = await pagesTo(sessionId, messageId);
      }
      setPages((now) => Math.max(now, needed ?? now));
    },
    [sessionId, show],
  );

  const older = messages.data?.more === true ? () => setPages((now) => now + 1) : null;
  return { turns, pending: messages.isPending, error: messages.error, reload: () => void messages.refetch(), ask, stop, show, reach, older };
}

/** The newest messages of the path that is shown, oldest first, and whether there are older ones. Throws Problem. */
async function newest(sessionId: string, pages: number): Promise<{ messages: MessageView[]; more: boolean }> {
  let messages: MessageView[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < pages && cursor !== null; page += 1) {
    const query = { limit: PAGE_MESSAGES, cursor };
    const found = await read(api.GET("/api/v1/chat/sessions/{session_id}/messages", { params: { path: { session_id: sessionId }, query } }));
    messages = [...found.items, ...messages];
    cursor = found.next_cursor ?? null;
  }
  return { messages, more: cursor !== null };
}

/** How many pages of the path that is shown lead back to a message; null where it is on another. Throws Problem. */
async function pagesTo(sessionId: string, messageId: string): Promise<number | null> {
  let cursor: string | null | undefined;
  for (let pages = 1; cursor !== null; pages += 1) {
    const query = { limit: PAGE_MESSAGES, cursor };
    const found = await read(api.GET("/api/v1/chat/sessions/{session_id}/messages", { params: { path: { session_id: sessionId }, query } }));
    if (found.items.some((message) => message.id === messageId)) return pages;
    cursor = found.next_cursor ?? null;
  }
  return null;
}
