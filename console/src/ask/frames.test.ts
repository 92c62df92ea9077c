import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eachFrame } from "./frames";

let frames: (() => void)[] = [];
const draw = () => frames.splice(0).forEach((frame) => frame());

beforeEach(() => {
  frames = [];
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  vi.stubGlobal("cancelAnimationFrame", (place: number) => frames.splice(place - 1, 1));
});
afterEach(() => vi.unstubAllGlobals());

describe("what comes between two frames", () => {
  it("is handed on together, in its order", () => {
    const taken: (readonly number[])[] = [];
    const each = eachFrame<number>((items) => taken.push(items));
    [1, 2, 3].forEach(each.add);
    expect(taken).toEqual([]);
    draw();
    each.add(4);
    draw();
    draw();
    expect(taken).toEqual([[1, 2, 3], [4]]);
  });

  it("is handed on at once by a flush, and never twice", () => {
    const taken: (readonly number[])[] = [];
    const each = eachFrame<number>((items) => taken.push(items));
    each.add(1);
    each.flush();
    draw();
    each.flush();
    expect(taken).toEqual([[1]]);
  });

  it("does not wait for a frame on a page that is not seen", () => {
    vi.stubGlobal("document", { hidden: true });
    const taken: (readonly number[])[] = [];
    eachFrame<number>((items) => taken.push(items)).add(1);
    expect(taken).toEqual([[1]]);
  });
});
