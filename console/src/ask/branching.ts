/** What makes other versions of a turn, and leads from one to another; null while an answer is on its way. Only the
 * buttons take it from here: a conversation is not drawn anew whenever an answer begins and ends. */
import { createContext, useContext } from "react";
import type { Turn } from "./turn";

export interface Branching {
  edit: (turn: Turn) => void;
  again: (turn: Turn) => void;
  /** Asks a question that has no answer, in its own place. */
  answer: (turn: Turn) => void;
  show: (messageId: string) => void;
}

export const BranchingContext = createContext<Branching | null>(null);

export function useBranching(): Branching | null {
  return useContext(BranchingContext);
}
