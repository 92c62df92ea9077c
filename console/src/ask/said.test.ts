import { describe, expect, it } from "vitest";
import type { Warning } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { formatsFor } from "../i18n/messages";
import { abstentionText, askedBackText, warningText } from "./said";

const german = formatsFor("de-DE");
const english = formatsFor("en-GB");

describe("a warning", () => {
  const period: Warning = {
    code: "assumption",
    detail: "This month is not over yet.",
    arguments: { code: "period_open", period: "this month", start: "2026-12-01", end: "2027-01-01" },
  };

  it("is said in the person's language, with days as they are written there", () => {
    expect(warningText(period, de, german)).toBe("Der Zeitraum vom 01.12.2026 bis vor den 01.01.2027 ist noch nicht vorbei.");
    expect(warningText(period, en, english)).toBe(period.detail);
  });

  it("says a decision that nobody took as the review says it", () => {
    const open: Warning = {
      code: "assumption",
      detail: "English.",
      arguments: { code: "open_question", dataset: "Lieferungen", sentence: "English.", finding: { code: "date_order_assumed", column: "Datum", first: "day" } },
    };
    expect(warningText(open, de, german)).toMatch(/^.*„Datum“.* Entscheiden Sie es in der Prüfung von „Lieferungen“\.$/);
  });

  it("of before there were codes, or of a newer server, is said in the server's words", () => {
    expect(warningText({ code: "assumption", detail: "Time is counted by Day." }, de, german)).toBe("Time is counted by Day.");
    const newer = { code: "assumption", detail: "Something new.", arguments: { code: "something_new" } } as unknown as Warning;
    expect(warningText(newer, de, german)).toBe("Something new.");
  });
});

describe("an abstention", () => {
  it("names its reasons", () => {
    const reasons = [{ code: "unknown_words", words: ["flumps"] }, { code: "no_document" }] as const;
    expect(abstentionText({ reasons: reasons.map((each) => ({ ...each })) as never }, de, german)).toBe(
      "Das lässt sich nicht belegen: den Tabellen sagt „flumps“ nichts, und kein Dokument sagt es deutlich genug, um es zu zitieren.",
    );
  });

  it("of before there were codes has none", () => {
    expect(abstentionText({ reasons: [] }, de, german)).toBeNull();
  });
});

describe("what is asked back", () => {
  it("is asked in the person's language where it is known what the readings differ in", () => {
    expect(askedBackText({ question: "Which number do you mean?", about: "measure" }, de)).toBe("Welche Zahl meinen Sie?");
    expect(askedBackText({ question: "Which number do you mean?", about: null }, de)).toBe("Which number do you mean?");
  });
});
