/** The names that can be called, and who is asked when they or what is behind them change. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { ModelNameOut } from "../api/schema";

/** The alias that has models write answers to questions. */
export const ANSWERS = "answers";
/** The name of the answerer without a model, as a stage of a cascade. */
export const WITHOUT_MODEL = "answerable";
const MOST = 200;

/** Every name; undefined while nobody knows. */
export function useModelNames(): readonly ModelNameOut[] | undefined {
  return useQuery({ queryKey: ["models", "names"], queryFn: () => read(api.GET("/api/v1/models", { params: { query: { limit: MOST } } })) }).data?.items;
}

/** Has everything asked for anew that shows models. */
export function useModelsChanged(): () => void {
  const queries = useQueryClient();
  return () => ["models", "providers", "aliases", "cascades"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
}
