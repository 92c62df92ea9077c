import { describe, expect, it } from "vitest";
import { writtenIn } from "./region";

describe("how a region writes", () => {
  it.each([
    ["en-GB", ".", ",", [3, 3]],
    ["de-DE", ",", ".", [3, 3]],
    ["en-IN", ".", ",", [3, 2, 2]],
  ])("numbers in %s", (region, decimal, thousands, grouping) => {
    expect(writtenIn(region).number).toMatchObject({ decimal, thousands, grouping });
  });

  it("months from January, days from Sunday", () => {
    const { time } = writtenIn("de-DE");
    expect([time.months[0], time.months[11], time.shortMonths[4]]).toEqual(["Januar", "Dezember", "Mai"]);
    expect([time.days[0], time.days[6], time.shortDays[1]]).toEqual(["Sonntag", "Samstag", "Mo"]);
  });
});
