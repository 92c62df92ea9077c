import { describe, expect, it } from "vitest";
import { csv, tabbed } from "./csv";

describe("tables as text", () => {
  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["+1+1", "'+1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["-2+3", "'-2+3"],
    ["  =1+1", "'  =1+1"],
    ["\t=1", "'\t=1"],
    ["-12.5", "-12.5"],
    ["plain", "plain"],
    ["x;=1+1", "x;'=1+1"],
    ["\uFEFF=1", "'\uFEFF=1"],
    ["x; y - z", "x; y - z"],
  ])("makes no formula of %j", (cell, written) => {
    expect(csv(["a"], [[cell]]).split("\r\n")[1]).toBe(written);
  });

  it("quotes what RFC 4180 says", () => {
    expect(csv(["a,b"], [['say "hi"'], ["two\nlines"], [null], [1.5], [true]])).toBe(
      '\uFEFF"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\n\r\n1.5\r\ntrue\r\n',
    );
  });

  it("keeps a row on its line for the clipboard", () => {
    expect(tabbed(["a", "b"], [["x\ty\nz", "=1"]])).toBe("a\tb\nx y z\t'=1");
  });
});
