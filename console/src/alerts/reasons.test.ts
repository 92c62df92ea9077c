import { describe, expect, it } from "vitest";
import type { ReadingView } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { formatsFor } from "../i18n/messages";
import { reasonText } from "./reasons";

const READING: ReadingView = { reason: "as the server said it", partial: false, data_versions: {} };
const EUR = { kind: "currency", symbol: "EUR", scale: 1 } as const;
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("the reason of an alert", () => {
  it("is said in the person's language, with its numbers in their unit", () => {
    const reading = { ...READING, code: "above", value: 1250, compared: 1000, unit: EUR } as const;
    expect(plain(reasonText(reading, de, formatsFor("de-DE")))).toBe("1.250,00 € liegt über 1.000,00 €.");
    expect(plain(reasonText(reading, en, formatsFor("en-GB")))).toBe("€1,250.00 is above €1,000.00.");
  });

  it("says what changed as a signed percentage", () => {
    const reading = { ...READING, code: "changed", value: 90, compared: 100, percent: -10 } as const;
    expect(plain(reasonText(reading, de, formatsFor("de-DE")))).toBe("90 sind -10 % gegenüber 100.");
  });

  it("tells a fraction as it is printed", () => {
    const reading = { ...READING, code: "not_above", value: 0.25, compared: 0.3, unit: { kind: "percent", symbol: "%", scale: 100 } } as const;
    expect(plain(reasonText(reading, de, formatsFor("de-DE")))).toBe("25 % liegt nicht über 30 %.");
  });

  it("says which period was judged, and that one is not over", () => {
    const reading = { ...READING, code: "no_number", period: "2026-01-05T00:00:00", skipped: "2026-01-12T00:00:00" } as const;
    expect(reasonText(reading, de, formatsFor("de-DE"))).toContain("05.01.2026");
    expect(reasonText({ ...reading, partial: true }, en, formatsFor("en-GB"))).toContain("The period is not over.");
  });

  it("stays the server's where it has no code, and where the number could not be read", () => {
    expect(reasonText(READING, de, formatsFor("de-DE"))).toBe("as the server said it");
    expect(reasonText({ ...READING, code: "failed" }, de, formatsFor("de-DE"))).toContain("as the server said it");
  });
});
