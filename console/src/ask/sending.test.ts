import { describe, expect, it } from "vitest";
import { Offline, Problem } from "../api/problems";
import { isTriedAgain, requestOf } from "./sending";
import { newTurn } from "./turn";

const first = newTurn("asked-1", "How many?");
const keyOf = (turn: typeof first) => new Headers(requestOf("chat_1", turn).headers).get("Idempotency-Key");

describe("a question", () => {
  it("has one key however often it is sent, and another has another", () => {
    expect(keyOf(first)).toBe(keyOf({ ...first, reconnecting: true }));
    expect(keyOf(first)).toMatch(/^[0-9a-f]{24}-asked-1$/);
    expect(keyOf(newTurn("asked-2", "How many?"))).not.toBe(keyOf(first));
    expect(keyOf({ ...first, regenerates: "msg_1" })).toBe(keyOf(first));
  });

  it("is followed by its run once that is known", () => {
    const { path, method } = requestOf("chat_1", { ...first, runId: "run_1" });
    expect([path, method]).toEqual(["/api/v1/runs/run_1/events", undefined]);
  });

  it("is sent again by itself where it may have reached the server", () => {
    const lost = new Offline();
    expect(isTriedAgain(first, lost, true)).toBe(true);
    expect(isTriedAgain(first, lost, false)).toBe(false);
    expect(isTriedAgain({ ...first, runId: "run_1" }, lost, false)).toBe(true);
    expect(isTriedAgain({ ...first, runId: "run_1" }, Object.assign(new Offline(), { status: 404 }) as Problem, true)).toBe(false);
  });
});
