/** What the server says of an answer, in the person's language. */
import type { AnswerReport, AskBack, Warning } from "../api/schema";
import { findingText, tellOf } from "../data/review/findings";
import type { ReasonSaid, TellOf, WarningSaid } from "../i18n/answers.en";
import type { Formats, Messages } from "../i18n/messages";

/** The language that questions over tables are read in: their answers, readings and suggestions are in it. */
export const QUESTIONS = "en";

/** The warning as a sentence: the server's own, which is English, in answers of before there were codes. */
export function warningText(warning: Warning, m: Messages, f: Formats): string {
  const said = warning.arguments;
  if (!said) return m.problem.told(warning.code, warning.detail);
  // A code and its arguments come as one; the compiler cannot follow that through a lookup. A server of a newer
  // version may know a code that this page, loaded before, does not.
  const sentence = m.answers.warnings[said.code] as ((said: WarningSaid, tell: TellOf) => string) | undefined;
  return sentence?.(said, tellAll(m, f)) ?? warning.detail;
}

/** Why a question was not answered; null in answers of before there were codes. */
export function abstentionText(answer: Pick<AnswerReport, "reasons">, m: Messages, f: Formats): string | null {
  const reasons = answer.reasons ?? [];
  const clauses = reasons.map((said) => (m.answers.reasons[said.code] as ((said: ReasonSaid, tell: TellOf) => string) | undefined)?.(said, tellAll(m, f)));
  if (clauses.length === 0 || clauses.includes(undefined)) return null;
  return reasons[0]?.code === "not_computed" ? (clauses[0] ?? null) : m.answers.unanswered(clauses as string[]);
}

/** What is asked back. */
export function askedBackText(askBack: Pick<AskBack, "question" | "about">, m: Messages): string {
  return askBack.about ? (m.answers.askedBack[askBack.about] ?? askBack.question) : askBack.question;
}

function tellAll(m: Messages, f: Formats): TellOf {
  return {
    ...tellOf(f),
    month: f.monthName,
    finding: (found) => findingText({ sentence: found.sentence, arguments: found.finding ?? null }, m, f),
    problem: m.problem.told,
  };
}
