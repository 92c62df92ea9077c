/** A version that is being made. Whoever asked for it may be drawn anew meanwhile: its news reach open pages before its job has said that it ended. */
import { useState } from "react";
import type { Problem } from "../api/problems";

export interface Making {
  started: { job: string; version: number } | null;
  failure: Problem | null;
  begin: (job: string, version: number) => void;
  end: (failure: Problem | null) => void;
}

/** To be held above what is drawn anew with each version. */
export function useMaking(): Making {
  const [started, setStarted] = useState<Making["started"]>(null);
  const [failure, setFailure] = useState<Problem | null>(null);
  return {
    started,
    failure,
    begin: (job, version) => {
      setFailure(null);
      setStarted({ job, version });
    },
    end: (problem) => {
      setStarted(null);
      setFailure(problem);
    },
  };
}
