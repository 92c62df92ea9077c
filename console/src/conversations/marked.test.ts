import { describe, expect, it } from "vitest";
import { marked } from "./marked";

const bold = (text: string, q: string) => marked(text, q).map((piece) => (piece.marked ? `[${piece.text}]` : piece.text)).join("");

describe("what was said", () => {
  it("has the words that were looked for marked, also by their beginnings", () => {
    expect(bold("The warranty on Grinders lasts 24 months.", "grind WARRANTY 24")).toBe("The [warranty] on [Grinders] lasts [24] months.");
  });
  it("is not marked inside of words, nor by signs", () => {
    expect(bold("Unsold goods: (old) stock?", "old ?")).toBe("Unsold goods: ([old]) stock?");
  });
  it("stays whole where nothing fits, in any script", () => {
    expect(marked("Größe der Öfen", "x")).toEqual([{ text: "Größe der Öfen", marked: false }]);
    expect(bold("Größe der Öfen", "öf")).toBe("Größe der [Öfen]");
  });
});
