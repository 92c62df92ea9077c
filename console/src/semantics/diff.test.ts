import { describe, expect, it } from "vitest";
import { diff, folded } from "./diff";

const told = (before: string, after: string) => diff(before, after).map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-" }[kind]}${text}`);

describe("what two texts differ in", () => {
  it("is nothing for equal texts", () => {
    expect(told("a\nb", "a\nb")).toEqual([" a", " b"]);
    expect(folded(diff("a\nb", "a\nb"))).toEqual([]);
  });

  it("is the fewest lines, at the beginning, in the middle and at the end", () => {
    expect(told("a\nb\nc", "b\nX\nc\nd")).toEqual(["-a", " b", "+X", " c", "+d"]);
    expect(told("", "a")).toEqual(["-", "+a"]);
  });

  it("gives both texts back", () => {
    const [before, after] = ["a\nb\nc\na\nb", "b\na\nc\nb\nz"];
    const lines = diff(before!, after!);
    expect(lines.filter((line) => line.kind !== "added").map((line) => line.text).join("\n")).toBe(before);
    expect(lines.filter((line) => line.kind !== "removed").map((line) => line.text).join("\n")).toBe(after);
  });

  it("leaves out what stays, but for some lines around", () => {
    const before = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const after = before.map((line, n) => (n === 2 || n === 15 ? `${line}!` : line));
    const shown = folded(diff(before.join("\n"), after.join("\n")), 1);
    expect(shown.map((line) => line?.text ?? null)).toEqual(["line 1", "line 2", "line 2!", "line 3", null, "line 14", "line 15", "line 15!", "line 16"]);
  });
});
