/** What forms that save have in common: the request goes once, what was wrong stays below the fields, and the dialog goes when it was taken. */
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

export interface Sending {
  error: Error | null;
  busy: boolean;
  submit: (event: FormEvent) => void;
}

export function useSending(send: () => Promise<unknown>, saved: () => void): Sending {
  const save = useMutation({ mutationFn: send, onSuccess: saved });
  return {
    error: save.error,
    busy: save.isPending,
    submit: (event) => {
      event.preventDefault();
      save.mutate();
    },
  };
}
