/** Business rules as the form holds them, and back: every part is a text, lists have rows with a mark of their own. */
import type { RulesView } from "../../api/schema";

export type Rule = RulesView["rules"][number];
export type Kind = Rule["kind"];
export const KINDS: readonly Kind[] = ["normalise", "derive", "validate"];
export const STEPS = ["trim", "collapse_spaces", "remove_spaces", "upper", "lower", "digits_only", "letters_and_digits"] as const;
export type StepName = (typeof STEPS)[number] | "map";
export const BY = ["lookup", "ranges", "patterns"] as const;
export type By = (typeof BY)[number];
export const CHECKS = ["required", "unique", "pattern", "range", "one_of"] as const;
export type Check = (typeof CHECKS)[number];

/** A line of a list: what is looked for, and the value. Of a range `text` is its lower end, `below` its upper. */
export interface Line {
  id: number;
  text: string;
  below: string;
  value: string;
}

export interface Step {
  id: number;
  name: StepName;
  lines: Line[];
}

export interface RuleForm {
  kind: Kind;
  column: string;
  label: string;
  source: string;
  otherwise: string;
  steps: Step[];
  by: By;
  lines: Line[];
  check: Check;
  pattern: string;
  minimum: string;
  maximum: string;
  values: string[];
  action: "reject" | "flag";
}

let marks = 0;

export function line(text = "", value = "", below = ""): Line {
  marks += 1;
  return { id: marks, text, below, value };
}

export function step(name: StepName, lines: Line[] = [line()]): Step {
  marks += 1;
  return { id: marks, name, lines };
}

export function blank(kind: Kind): RuleForm {
  return {
    kind, column: "", label: "", source: "", otherwise: "", steps: [step("trim")], by: "lookup", lines: [line()],
    check: "required", pattern: "", minimum: "", maximum: "", values: [], action: "flag",
  };
}

export function formOf(rule: Rule): RuleForm {
  const form = { ...blank(rule.kind), column: rule.column };
  switch (rule.kind) {
    case "normalise":
      return { ...form, steps: rule.steps.map((each) => (typeof each === "string" ? step(each) : step("map", pairs(each.map)))) };
    case "derive":
      return { ...form, label: rule.label ?? rule.column, source: rule.source, otherwise: rule.otherwise ?? "", by: rule.by.kind, lines: linesOf(rule.by) };
    case "validate": {
      const { check } = rule;
      return {
        ...form,
        action: rule.action,
        check: check.kind,
        ...(check.kind === "pattern" && { pattern: check.pattern }),
        ...(check.kind === "range" && { minimum: check.minimum ?? "", maximum: check.maximum ?? "" }),
        ...(check.kind === "one_of" && { values: check.values }),
      };
    }
  }
}

function pairs(table: Record<string, string>): Line[] {
  return Object.entries(table).map(([text, value]) => line(text, value));
}

function linesOf(by: Extract<Rule, { kind: "derive" }>["by"]): Line[] {
  switch (by.kind) {
    case "lookup":
      return pairs(by.table);
    case "ranges":
      return by.ranges.map((each) => line(each.at_least ?? "", each.value, each.below ?? ""));
    case "patterns":
      return by.cases.map((each) => line(each.pattern, each.value));
  }
}

/** The rule that a form says; lines without a value are left out. */
export function ruleOf(form: RuleForm): Rule {
  switch (form.kind) {
    case "normalise":
      return { kind: "normalise", column: form.column, steps: form.steps.map((each) => (each.name === "map" ? { map: table(each.lines) } : each.name)) };
    case "derive":
      return {
        kind: "derive",
        column: form.column || snakeCase(form.label),
        label: form.label || null,
        source: form.source,
        by: byOf(form),
        otherwise: form.otherwise || null,
      };
    case "validate":
      return { kind: "validate", column: form.column, check: checkOf(form), action: form.action };
  }
}

function table(lines: readonly Line[]): Record<string, string> {
  return Object.fromEntries(lines.filter((each) => each.text !== "" && each.value !== "").map((each) => [each.text, each.value]));
}

function byOf(form: RuleForm): Extract<Rule, { kind: "derive" }>["by"] {
  const filled = form.lines.filter((each) => each.value !== "");
  switch (form.by) {
    case "lookup":
      return { kind: "lookup", table: table(form.lines) };
    case "ranges":
      return { kind: "ranges", ranges: filled.map((each) => ({ value: each.value, at_least: each.text || null, below: each.below || null })) };
    case "patterns":
      return { kind: "patterns", cases: filled.filter((each) => each.text !== "").map((each) => ({ pattern: each.text, value: each.value })) };
  }
}

function checkOf(form: RuleForm): Extract<Rule, { kind: "validate" }>["check"] {
  switch (form.check) {
    case "pattern":
      return { kind: "pattern", pattern: form.pattern };
    case "range":
      return { kind: "range", minimum: form.minimum || null, maximum: form.maximum || null };
    case "one_of":
      return { kind: "one_of", values: form.values };
    default:
      return { kind: form.check };
  }
}

/** A column's name as queries take it: small letters, digits and _, a letter first. */
export function snakeCase(label: string): string {
  const plain = label.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return (/^[a-z]/.test(plain) ? plain : `c_${plain}`).slice(0, 60).replace(/_+$/, "");
}

/** The list with one thing at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [taken] = next.splice(from, 1);
  if (taken !== undefined) next.splice(to, 0, taken);
  return next;
}
