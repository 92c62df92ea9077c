/** What budgets hold for: the workspace, one of its members, or one of its keys. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { Subject } from "../api/schema";
import { useNames } from "../app/people";
import { useMessages } from "../i18n/messages";

export interface Choice {
  value: string;
  label: string;
}

export interface Subjects {
  keys: readonly Choice[];
  /** What to call a budget's subject. */
  nameOf: (subject: Subject) => string;
}

export function useSubjects(): Subjects {
  const m = useMessages();
  const memberOf = useNames();
  const found = useQuery({ queryKey: ["keys", "names"], queryFn: () => read(api.GET("/api/v1/api-keys", { params: { query: { limit: 200 } } })), staleTime: 60_000 });
  const keys = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return {
    keys,
    nameOf: ({ type, id }) => {
      if (type === "workspace") return m.usage.subject.workspace;
      const known = type === "member" ? memberOf(id ?? null) : keys.find(({ value }) => value === id)?.label;
      return `${m.usage.subject[type]}: ${known ?? m.usage.unknown}`;
    },
  };
}
