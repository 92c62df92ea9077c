import { expect, it } from "vitest";
import { linesOf } from "./lines";

it.each([
  ["Total by month", 20, ["Total by month"]],
  ["Total by month", 8, ["Total by", "month"]],
  ["Total by extraordinarily long words", 10, ["Total by", "extraordinarily", "long words"]],
  ["", 10, [""]],
])("%s in lines of %i", (text, width, lines) => {
  expect(linesOf(text, width, (line) => line.length)).toEqual(lines);
});
