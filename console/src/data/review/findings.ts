/** What was found while a table was read, in the person's language. */
import type { FindingSaid, Tell } from "../../i18n/findings.en";
import type { Formats, Messages } from "../../i18n/messages";

interface Found {
  sentence: string;
  arguments?: FindingSaid | null;
}

/** The finding as a sentence: the server's own, which is English, for versions of before there were codes. */
export function findingText(found: Found, m: Messages, f: Formats): string {
  const said = found.arguments;
  if (!said) return found.sentence;
  // A code and its arguments come as one; the compiler cannot follow that through a lookup. A server of a newer
  // version may know a code that this page, loaded before, does not.
  const sentence = m.review.findings[said.code] as ((said: FindingSaid, tell: Tell) => string) | undefined;
  return sentence?.(said, tellOf(f)) ?? found.sentence;
}

/** Numbers and days as the person writes them. */
export function tellOf(f: Formats): Tell {
  const number = (value: number) => f.number(value, { maximumFractionDigits: 20 });
  return {
    number,
    many: (n, one, other) => `${number(n)} ${n === 1 ? one : other}`,
    // Without a time of day it would be taken for midnight in Greenwich, which is the day before elsewhere.
    date: (day) => f.date(`${day}T00:00`),
  };
}
