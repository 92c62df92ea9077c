/** Which queries show what: by the resources that the event stream names when they change. */
import type { Query, QueryKey } from "@tanstack/react-query";

/** Tells whether a query shows a resource. */
type Shows = (key: QueryKey) => boolean;

const begins =
  (...firsts: readonly string[]): Shows =>
  ([first]) =>
    firsts.includes(String(first));

const isFiles = (first: unknown, third: unknown) => first === "conversations" && third === "files";

const SHOWS: Readonly<Record<string, Shows>> = {
  "api-keys": begins("keys"),
  budgets: begins("budgets"),
  // Files have lists of their own; a recap is made anew only when somebody looks.
  "chat/sessions": ([first, second, third]) => first === "conversations" && (second === "list" || third === "messages"),
  connections: begins("connections"),
  // Their figures are told of by events of their own, and cost more than a list.
  dashboards: ([first, , third]) => first === "dashboards" && third !== "results",
  // What belongs to one version of a table stays as it is; another version has keys of its own.
  datasets: ([first, second, third]) => first === "library" || (first === "datasets" && (second === "list" || third === undefined)) || isFiles(first, third),
  documents: ([first, , third]) => begins("documents", "library")([first]) || isFiles(first, third),
  insights: begins("insights", "dashboards"),
  invitations: begins("invitations"),
  jobs: begins("jobs"),
  members: begins("members"),
  models: begins("models", "providers"),
  proposals: begins("proposals"),
  "semantic-models": begins("semantics", "semantic-model", "library"),
  sources: begins("sources"),
  "verified-questions": begins("verified"),
};

/** Whether a query shows one of the resources. */
export function touches(resources: readonly string[], { queryKey }: Pick<Query, "queryKey">): boolean {
  return resources.some((resource) => SHOWS[resource]?.(queryKey) ?? false);
}
