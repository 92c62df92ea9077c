/** What somebody chose on the page of a table and has not applied yet. It is held above the tabs: neither another tab nor
 * what others do to the table meanwhile takes it away. */
import { useState, type Dispatch, type SetStateAction } from "react";
import type { DatasetView } from "../api/schema";
import { useMaking, type Making } from "./making";
import type { Decisions } from "./review/decisions";
import type { Rule, RuleForm } from "./rules/forms";

export interface RulesDraft {
  rules: readonly Rule[];
  /** The revision of the rules that they were made from. */
  base: string;
}

export interface Editing {
  /** Null for a new rule. */
  place: number | null;
  form: RuleForm;
}

export interface Drafts {
  decisions: Decisions;
  setDecisions: Dispatch<SetStateAction<Decisions>>;
  reviewing: Making;
  rules: RulesDraft | null;
  setRules: (draft: RulesDraft | null) => void;
  editing: Editing | null;
  setEditing: (editing: Editing | null) => void;
  ruling: Making;
  /** Whether something would be lost or mistaken if the table became another under it. What is being applied is not: its own version is to show. */
  open: boolean;
}

export function useDrafts(): Drafts {
  const [decisions, setDecisions] = useState<Decisions>(new Map());
  const [rules, setRules] = useState<RulesDraft | null>(null);
  const [editing, setEditing] = useState<Editing | null>(null);
  const reviewing = useMaking();
  const ruling = useMaking();
  const open = (decisions.size > 0 && reviewing.started === null) || ((rules !== null || editing !== null) && ruling.started === null);
  return { decisions, setDecisions, reviewing, rules, setRules, editing, setEditing, ruling, open };
}

/** The newest value, or while `held` the one of when that began, until it is let `take` another. */
export function useHeld<T>(newest: T, held: boolean): { shown: T; take: (value: T) => void } {
  const [kept, setKept] = useState(newest);
  if (!held && kept !== newest) setKept(newest);
  return { shown: held ? kept : newest, take: setKept };
}

/** Whether a table became another for who looks at it: that a version is being made is no change yet. */
export function differs(shown: DatasetView, newest: DatasetView): boolean {
  const seen = ({ version, label, fields }: DatasetView) => JSON.stringify([version, label, fields]);
  return seen(shown) !== seen(newest);
}
