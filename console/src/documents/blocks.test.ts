import { describe, expect, it } from "vitest";
import { blocksOf, occurrences, piecesOf, windowOf } from "./blocks";

const text = "# Title\n\nOne line.\n\n\n## Part\nTwo lines\nof text.\n";
const document = {
  text,
  pages: [
    { number: 1, start: 0, end: 20 },
    { number: 2, start: 21, end: text.length },
  ],
  headings: [
    { level: 1, title: "Title", start: 0, end: 7 },
    { level: 2, title: "Part", start: 21, end: 28 },
  ],
};

describe("a document in blocks", () => {
  it("cuts at headings, pages and blank lines, and each block is its place in the text", () => {
    const blocks = blocksOf(document);
    expect(blocks.map((block) => [text.slice(block.start, block.end), block.level, block.page])).toEqual([
      ["# Title", 1, 1],
      ["One line.", 0, null],
      ["## Part", 2, 2],
      ["Two lines\nof text.", 0, null],
    ]);
  });

  it("shows a part of a long text by its own places", () => {
    const part = { ...document, text: text.slice(11, 31), start: 11, end: 31, total: text.length, next: 31 };
    const shown = windowOf(part);
    expect(shown.headings[1]).toEqual({ level: 2, title: "Part", start: 10, end: 17 });
    expect(shown.pages).toEqual([
      { number: 1, start: 0, end: 9 },
      { number: 2, start: 10, end: 20 },
    ]);
    const whole = { ...document, start: 0, end: text.length, total: text.length, next: null };
    expect(windowOf(whole)).toBe(whole);
  });

  it("loses no letter", () => {
    const letters = (given: string) => given.replace(/\s/g, "");
    expect(letters(blocksOf(document).map((block) => text.slice(block.start, block.end)).join(""))).toBe(letters(text));
  });

  it("marks a quote over two blocks in both", () => {
    const marks = [{ start: text.indexOf("line."), end: text.indexOf("Two") + 3 }];
    const marked = blocksOf(document).map((block) => piecesOf(text, block, marks).filter((piece) => piece.mark !== null).map((piece) => piece.text));
    expect(marked).toEqual([[], ["line."], ["## Part"], ["Two"]]);
  });

  it("finds words in any case, where they stand", () => {
    expect(occurrences("Ab aB ab", "AB").map((span) => span.start)).toEqual([0, 3, 6]);
    expect(occurrences("anything", "  ")).toEqual([]);
    expect(occurrences("İ ab", "ab")).toEqual([{ start: 2, end: 4 }]);
  });
});
