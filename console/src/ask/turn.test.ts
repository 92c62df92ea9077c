import { describe, expect, it } from "vitest";
import type { MessageView } from "../api/schema";
import { afterEvent, newTurn, turnsOf } from "./turn";

const question = { id: "msg_1", parent_id: null, siblings: ["msg_0", "msg_1"], role: "user", status: "complete", parts: [{ type: "text", text: "How many?" }], run_id: null, answer: null };
const reply = {
  id: "msg_2",
  parent_id: "msg_1",
  siblings: ["msg_2"],
  role: "assistant",
  status: "complete",
  run_id: "run_1",
  answer: { id: "ans_1", route: "data", warnings: [] },
  parts: [
    { type: "text", text: "Three [1]" },
    { type: "evidence", evidence: { n: 1, kind: "query", columns: [], rows: [], row_count: 1 } },
    { type: "table", n: 1, columns: [{ name: "count" }], rows: [[3]], row_count: 1, truncated: false },
  ],
};

describe("a turn", () => {
  it("of a kept message has its question, its words and the rows of its table", () => {
    const [turn] = turnsOf([question, reply] as unknown as MessageView[], []);
    expect(turn).toMatchObject({ question: "How many?", text: "Three [1]", state: "answered", parentId: null });
    expect(turn?.kept).toEqual({ questionId: "msg_1", replyId: "msg_2", questions: ["msg_0", "msg_1"], replies: ["msg_2"] });
    expect(turn?.evidence[0]).toMatchObject({ rows: [[3]], columns: [{ name: "count" }] });
  });

  it("keeps its key when the server tells it again", () => {
    const shown = { ...newTurn("asked-1", "How many?"), runId: "run_1" };
    expect(turnsOf([question, reply] as unknown as MessageView[], [shown])[0]?.key).toBe("asked-1");
  });

  it("of an imported message, which has no run, has a key of its own however often it is told", () => {
    const imported = [question, { ...reply, run_id: null }, { ...question, id: "msg_3", parent_id: "msg_2" }, { ...reply, id: "msg_4", parent_id: "msg_3", run_id: null }] as unknown as MessageView[];
    const once = turnsOf(imported, []);
    expect(turnsOf(imported, once).map((turn) => turn.key)).toEqual(["msg_2", "msg_4"]);
  });

  it("of a question without an answer is there to be asked, wherever it stands", () => {
    const later = { ...question, id: "msg_3", parent_id: "msg_2", siblings: ["msg_3"], parts: [{ type: "text", text: "And in May?" }] };
    const turns = turnsOf([question, reply, later] as unknown as MessageView[], []);
    expect(turns.map((turn) => turn.state)).toEqual(["answered", "unanswered"]);
    expect(turns[1]).toMatchObject({ question: "And in May?", parentId: "msg_2", regenerates: "msg_3", kept: null });
    expect(turnsOf([question] as unknown as MessageView[], [])).toMatchObject([{ question: "How many?", state: "unanswered" }]);
  });

  it("is the same object while nothing about it is new, and keeps what stays the same when something is", () => {
    const messages = [question, reply] as unknown as MessageView[];
    const [once] = turnsOf(messages, []);
    const again = JSON.parse(JSON.stringify(messages)) as MessageView[];
    expect(turnsOf(again, [once!])[0]).toBe(once);
    const branched = [{ ...question, siblings: ["msg_0", "msg_1", "msg_9"] }, reply] as unknown as MessageView[];
    const [now] = turnsOf(branched, [once!]);
    expect(now).not.toBe(once);
    expect(now?.evidence).toBe(once?.evidence);
  });

  it("keeps its chart and evidence when the whole answer says the same", () => {
    const [evidence, chart] = [{ n: 1, kind: "query", rows: [[3]] }, { mark: "bar", data: { values: [{ a: 1 }] } }];
    const before = [
      { id: "2", name: "evidence", data: evidence },
      { id: "3", name: "chart", data: { chart } },
    ].reduce(afterEvent, newTurn("k", "q"));
    const whole = { run_id: "run_1", route: "data", text: "Three", evidence: [structuredClone(evidence)], chart: structuredClone(chart) };
    const after = afterEvent(before, { id: "4", name: "answer", data: whole });
    expect(after.state).toBe("answered");
    expect(after.chart).toBe(before.chart);
    expect(after.evidence).toBe(before.evidence);
  });

  it("grows with each event and takes what it does not know calmly", () => {
    const events = [
      { id: "1", name: "run.started", data: { run_id: "run_1" } },
      { id: "2", name: "delta", data: { text: "Thr" } },
      { id: "3", name: "news", data: {} },
      { id: "4", name: "delta", data: { text: "ee" } },
    ];
    expect(events.reduce(afterEvent, newTurn("k", "q"))).toMatchObject({ runId: "run_1", text: "Three", lastEventId: "4", state: "running" });
  });

  it("that was cancelled is stopped, and one that failed says why", () => {
    const ended = (code: string) => afterEvent(newTurn("k", "q"), { id: "2", name: "error", data: { code, detail: "why", status: 409 } });
    expect(ended("run_cancelled").state).toBe("stopped");
    expect(ended("run_lost")).toMatchObject({ state: "failed", problem: { code: "run_lost", detail: "why" } });
  });
});
