/** The questions asked on this page, each followed until it is answered, also over lost connections. */
import { useCallback, useEffect, useReducer, useRef } from "react";
import { api } from "../api/client";
import { events } from "../api/events";
import { asProblem, Offline } from "../api/problems";
import type { SemanticQueryOutput } from "../api/schema";
import { afterEvent, newTurn, type Turn } from "./turn";

const KEY = "answerable.thread";
const WAITS_MS = [250, 500, 1000, 2000, 4000, 8000];

let asked = 0;

interface Remembered {
  question: string;
  runId: string;
}

type Action =
  | { kind: "set"; turns: readonly Turn[] }
  | { kind: "add"; turn: Turn; replaceFrom?: string | undefined }
  | { kind: "change"; key: string; change: (turn: Turn) => Turn };

function reduce(turns: readonly Turn[], action: Action): readonly Turn[] {
  switch (action.kind) {
    case "set":
      return action.turns;
    case "add": {
      const end = turns.findIndex((turn) => turn.key === action.replaceFrom);
      return [...(end === -1 ? turns : turns.slice(0, end)), action.turn];
    }
    case "change":
      return turns.map((turn) => (turn.key === action.key ? action.change(turn) : turn));
  }
}

export interface Thread {
  turns: readonly Turn[];
  ask: (question: string, options?: { query?: SemanticQueryOutput; replaceFrom?: string }) => void;
  stop: () => void;
  clear: () => void;
}

export function useThread(): Thread {
  const [turns, dispatch] = useReducer(reduce, null, remembered);
  const following = useRef(new Map<string, AbortController>());

  const follow = useCallback(async (turn: Turn) => {
    const controller = new AbortController();
    following.current.set(turn.key, controller);
    const change = (make: (turn: Turn) => Turn) => dispatch({ kind: "change", key: turn.key, change: make });
    let now = turn;
    for (let lost = 0; now.state === "running" && !controller.signal.aborted; ) {
      try {
        for await (const event of streamOf(now, controller.signal)) {
          now = afterEvent(now, event);
          change((shown) => afterEvent(shown, event));
          lost = 0;
        }
        if (now.state === "running") throw new Offline();
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = asProblem(error);
        const wait = WAITS_MS[lost];
        if (problem.status !== 0 || wait === undefined || now.runId === null) {
          change((shown) => ({ ...shown, state: "failed", problem, reconnecting: false }));
          return;
        }
        lost += 1;
        change((shown) => ({ ...shown, reconnecting: true }));
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    following.current.delete(turn.key);
  }, []);

  // What was asked before a reload goes on from its run.
  useEffect(() => {
    const controllers = following.current;
    turns.filter((turn) => turn.state === "running" && !controllers.has(turn.key)).forEach((turn) => void follow(turn));
    return () => {
      controllers.forEach((controller) => controller.abort());
      controllers.clear();
    };
  }, []);

  useEffect(() => {
    const kept = turns.flatMap(({ question, runId }) => (runId === null ? [] : [{ question, runId }]));
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  }, [turns]);

  const ask = useCallback<Thread["ask"]>(
    (question, { query, replaceFrom } = {}) => {
      const turn = newTurn(`asked-${++asked}`, question, query);
      dispatch({ kind: "add", turn, replaceFrom });
      void follow(turn);
    },
    [follow],
  );

  const stop = useCallback(() => {
    for (const turn of turns.filter((each) => each.state === "running")) {
      following.current.get(turn.key)?.abort();
      if (turn.runId !== null) void api.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id: turn.runId } } });
      dispatch({ kind: "change", key: turn.key, change: (shown) => ({ ...shown, state: "stopped", reconnecting: false }) });
    }
  }, [turns]);

  const clear = useCallback(() => {
    following.current.forEach((controller) => controller.abort());
    dispatch({ kind: "set", turns: [] });
  }, []);

  return { turns, ask, stop, clear };
}

function streamOf(turn: Turn, signal: AbortSignal) {
  if (turn.runId !== null) {
    return events(`/api/v1/runs/${turn.runId}/events`, { headers: { "Last-Event-ID": turn.lastEventId }, signal });
  }
  const body = JSON.stringify({ question: turn.question, stream: true, ...(turn.query && { query: turn.query }) });
  return events("/api/v1/ask", { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
}

function remembered(): readonly Turn[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Remembered[];
    return kept.map(({ question, runId }) => newTurn(runId, question, undefined, runId));
  } catch {
    return [];
  }
}
