/** A change of the model that is not kept yet: edited as text or in the form, each following the other once the server has checked it. */
import { useEffect, useState } from "react";
import { asProblem, type Problem } from "../api/problems";
import { checked, mistakesOf, type Loaded, type Mistake, type Model, type Source } from "./model";

const PAUSE_MS = 400;

interface State {
  /** What was there when the editing began: a change is kept only while it is still. */
  based: Loaded;
  yaml: string;
  model: Model;
  /** What was edited last; null while nothing was. */
  source: Source | null;
  checking: boolean;
  mistakes: readonly Mistake[];
  failure: Problem | null;
}

export interface Draft extends State {
  editYaml: (yaml: string) => void;
  editModel: (model: Model) => void;
  /** Says that the change was kept: what is loaded next takes its place. */
  saved: () => void;
  discard: () => void;
  /** Takes a discarding back. */
  restore: (before: State) => void;
}

export function useDraft(loaded: Loaded): Draft {
  const kept: State = { based: loaded, yaml: loaded.yaml, model: loaded.model, source: null, checking: false, mistakes: [], failure: null };
  const [state, setState] = useState<State>(kept);
  const { source } = state;
  // Somebody else's change shows at once where nothing is being edited, and never over an edit.
  if (source === null && state.based.etag !== loaded.etag) setState(kept);

  useEffect(() => {
    if (source === null) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      checked(loaded.id, source, control.signal)
        .then((other) => !control.signal.aborted && setState((now) => ({ ...now, ...other, checking: false, mistakes: [], failure: null })))
        .catch((error: unknown) => {
          if (control.signal.aborted) return;
          const mistakes = mistakesOf(error);
          setState((now) => ({ ...now, checking: false, mistakes: mistakes ?? [], failure: mistakes === null ? asProblem(error) : null }));
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [loaded.id, source]);

  return {
    ...state,
    editYaml: (yaml) => setState((now) => ({ ...now, yaml, source: { kind: "yaml", yaml }, checking: true })),
    editModel: (model) => setState((now) => ({ ...now, model, source: { kind: "form", model }, checking: true })),
    saved: () => setState((now) => ({ ...now, source: null })),
    discard: () => setState(kept),
    restore: ({ based, yaml, model, source, checking, mistakes, failure }) => setState({ based, yaml, model, source, checking, mistakes, failure }),
  };
}
